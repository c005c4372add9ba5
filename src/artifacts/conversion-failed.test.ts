import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { closePreparations, counting, prepare } from '../../test/support/preparations.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import {
  addBook,
  addDevice,
  artifactOf,
  janesHome,
  shelve,
} from '../../test/support/wanted-books.ts'
import { sharedWorkers } from '../../test/support/workers.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { artifactsByHashes } from './artifact.store.ts'
import { convertAgain, isPreparing } from './preparation.store.ts'
import { openPreparation } from './prepare.ts'
import { openWorkers } from './workers.ts'

let home: TempHome

beforeEach(async () => {
  home = await janesHome()
})

afterEach(async () => {
  await closePreparations()
  await home.close()
})

describe('a book that cannot be converted', () => {
  beforeEach(async () => {
    await addBook(home, 'Emma', { bytes: Buffer.from('no archive') })
    await addDevice(home, {})
    await shelve(home, 'Emma')
  })

  const tries = () => home.db.read.selectFrom('artifact').select(['hash', 'format']).execute()

  test('is a plain EPUB, and an erratum says why and what that means', async () => {
    await prepare(home).quiet()
    expect(await tries()).toMatchObject([{ format: 'EPUB3' }])
    expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
    expect(await openErratum(home.db.read, 'conversion-failed', 'Emma')).toMatchObject({
      cause:
        '“Emma” could not be converted for the Kobo. The file is no ZIP archive, or ends too early.',
      consequence: 'It is delivered as plain EPUB: no exact place, no highlights.',
      actions: ['retry'],
    })
  })

  test('is not tried again, until a person says so', async () => {
    const workers = counting(sharedWorkers())
    const preparation = prepare(home, workers)
    await preparation.quiet()
    home.setNow(home.now() + 3_600_000)
    await preparation.quiet()
    expect(workers.jobs).toEqual(['convert', 'copy'])
    await home.db.transact((tx) => convertAgain(tx, 'Emma'))
    await preparation.quiet()
    expect(workers.jobs).toEqual(['convert', 'copy', 'convert', 'copy'])
    expect(await artifactOf(home, 'Emma')).not.toBe(null)
  })

  test('is a KEPUB once it can be', async () => {
    await prepare(home).quiet()
    const bytes = await makeEpub({ title: 'Emma' })
    const hash = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(home.config.library, 'Austen, Jane/Emma.epub'), bytes)
    await home.db.transact((tx) =>
      tx.updateTable('book').set({ file_hash: hash, file_size: bytes.length }).execute(),
    )
    await home.db.transact((tx) => convertAgain(tx, 'Emma'))
    await prepare(home).quiet()
    expect((await tries()).map(({ format }) => format).sort()).toEqual(['EPUB3', 'KEPUB'])
    expect(await openErratum(home.db.read, 'conversion-failed', 'Emma')).toBe(undefined)
  })
})

describe('a book on which a thread is lost', () => {
  test.each([
    ['time', { convertTime: 1 }, 'Converting it took too long.'],
    ['memory', { heap: 48 }, 'Converting it takes more memory than is allowed.'],
  ])('for want of %s is a plain EPUB, and the others go on', async (_, limits, sentence) => {
    const workers = openWorkers(home.log, limits)
    try {
      // Not well-formed, so that it becomes a tree of many objects.
      const large = '<p>A sentence. <b>Another</i> one'.repeat(40_000)
      await addBook(home, 'Emma', { bytes: await makeEpub({ title: 'Emma', chapters: [large] }) })
      await addBook(home, 'Comic', { layout: 'fixed' })
      await addDevice(home, {})
      await shelve(home, 'Comic', 1)
      await shelve(home, 'Emma', 2)
      const preparation = prepare(home, workers)
      await preparation.quiet()
      const erratum = await openErratum(home.db.read, 'conversion-failed', 'Emma')
      expect(erratum?.cause).toContain(sentence)
      const made = await home.db.read.selectFrom('artifact').select(['book', 'format']).execute()
      expect(made.sort((a, b) => a.book.localeCompare(b.book))).toEqual([
        { book: 'Comic', format: 'EPUB3FL' },
        { book: 'Emma', format: 'EPUB3' },
      ])
    } finally {
      await workers.close()
    }
  })
})

test('a book over which the server ends again and again is not converted any more', async () => {
  await addDevice(home, {})
  await addBook(home, 'Emma')
  await shelve(home, 'Emma')
  await mkdir(join(home.config.artifacts, 'unfinished'))
  for (const end of [1, 2, 3]) {
    await writeFile(join(home.config.artifacts, 'unfinished', 'Emma.1'), 'The te')
    // It finds nothing to do, and is closed.
    await home.db.transact((tx) => tx.updateTable('book').set({ deleted_at: end }).execute())
    const preparation = openPreparation(home, sharedWorkers())
    await preparation.quiet()
    await preparation.close()
  }
  await home.db.transact((tx) => tx.updateTable('book').set({ deleted_at: null }).execute())
  await prepare(home).quiet()
  const hash = (await artifactOf(home, 'Emma')) ?? ''
  expect((await artifactsByHashes(home.db.read, [hash])).get(hash)?.format).toBe('EPUB3')
  const erratum = await openErratum(home.db.read, 'conversion-failed', 'Emma')
  expect(erratum?.cause).toContain('The server ended 3 times while it was converted.')
})
