import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { closePreparations, prepare } from '../../test/support/preparations.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import {
  addBook,
  addDevice,
  artifactOf,
  janesHome,
  shelve,
} from '../../test/support/wanted-books.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { isPreparing, prepareAgain } from './preparation.store.ts'

let home: TempHome

beforeEach(async () => {
  home = await janesHome()
})

afterEach(async () => {
  await closePreparations()
  await home.close()
})

describe('a book whose file in the library was changed', () => {
  beforeEach(async () => {
    const book = await addBook(home, 'Emma')
    await addDevice(home, {})
    await shelve(home, 'Emma')
    await writeFile(join(home.config.library, book.file.path), 'Another text')
  })

  test('is not prepared, and the errata say why', async () => {
    await prepare(home).quiet()
    expect(await artifactOf(home, 'Emma')).toBe(null)
    expect(await openErratum(home.db.read, 'preparation-failed', 'Emma')).toMatchObject({
      book: 'Emma',
      cause:
        '“Emma” could not be prepared for the Kobo. Its file in the library was changed since it was imported.',
    })
    expect(await readdir(home.config.artifacts)).toEqual(['unfinished'])
    expect(await readdir(join(home.config.artifacts, 'unfinished'))).toEqual([])
  })

  test('does not hold up the others', async () => {
    await addBook(home, 'Persuasion')
    await shelve(home, 'Persuasion')
    await prepare(home).quiet()
    expect(await artifactOf(home, 'Persuasion')).not.toBe(null)
  })

  test('is tried three times with pauses, and again when a person says so', async () => {
    const preparation = prepare(home)
    for (const failures of [1, 2, 3, 3]) {
      await preparation.quiet()
      await preparation.quiet()
      expect(await home.db.read.selectFrom('book').select('prepare_failures').execute()).toEqual([
        { prepare_failures: failures },
      ])
      home.setNow(home.now() + 60_000)
    }
    expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
    await writeFile(
      join(home.config.library, 'Austen, Jane/Emma.epub'),
      await makeEpub({ title: 'Emma', chapters: ['<p>One. Two.</p>'] }),
    )
    await home.db.transact((tx) => prepareAgain(tx, 'Emma'))
    await preparation.quiet()
    expect(await artifactOf(home, 'Emma')).not.toBe(null)
    expect(await openErratum(home.db.read, 'preparation-failed', 'Emma')).toBe(undefined)
  })
})

test('a book that is gone from the library is told as gone', async () => {
  await addBook(home, 'Emma', { file: { hash: '00', size: 1, path: 'nowhere.epub' } })
  await addDevice(home, {})
  await shelve(home, 'Emma')
  await prepare(home).quiet()
  const erratum = await openErratum(home.db.read, 'preparation-failed', 'Emma')
  expect(erratum?.cause).toContain('missing from the library')
})
