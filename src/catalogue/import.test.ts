import { existsSync, mkdirSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { START, tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { packageRoot } from '../package-root.ts'
import { bookById, listBooks } from './catalogue.store.ts'
import { originalPath } from './cover-original.ts'
import { bringBack, filePath, removeBook, trashPath } from './files.ts'
import { importFile } from './import.ts'
import { alice, dropsOf } from './drops-of.test-support.ts'

let home: TempHome
const { drop, importDrop } = dropsOf(() => home)
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

describe('importing a file', () => {
  test('makes a book of it, places the file and removes the drop with its emptied folders', async () => {
    const bytes = await alice()
    const { outcome, book } = await importDrop('carroll/new/alice.epub', bytes)

    expect(outcome).toBe('added')
    expect(book).toMatchObject({ title: 'Alice', metaRev: 1, fileRev: 1, addedAt: START })
    expect(book.file.path).toBe('Lewis Carroll/Alice.epub')
    expect(await readFile(filePath(home, book))).toEqual(bytes)
    expect(await bookById(home.db.read, book.id)).toEqual(book)
    expect(await readdir(home.config.inbox)).toEqual([])
    expect(await readdir(home.config.staging)).toEqual([])
    expect(existsSync(originalPath(home, book.cover?.hash ?? 'none'))).toBe(true)
  })

  test('gives the same bytes the same id in every library, for ever', async () => {
    const { book } = await importDrop('a.epub', await alice())
    const other = await tempHome({ seed: 'another library' })
    try {
      const { book: again } = await importDrop('b.epub', await alice(), other)
      expect(again.id).toBe(book.id)
      expect(again.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/)
    } finally {
      await other.close()
    }
  })

  test('twice makes one book', async () => {
    const first = await importDrop('a.epub', await alice())
    const second = await importDrop('b.epub', await alice())
    expect(second).toEqual({ outcome: 'known', book: first.book })
    expect((await listBooks(home.db.read, { limit: 10 })).books).toHaveLength(1)
    expect(await readdir(home.config.inbox)).toEqual([])
  })

  test('twice at the same time, from two processes, makes one book', async () => {
    const beside = await tempHome({ dataDir: home.config.dataDir, seed: 'the other process' })
    const bytes = await alice()
    const results = await Promise.all(
      [home, beside, home, beside].map((each, n) => importDrop(`${n}.epub`, bytes, each)),
    )
    await beside.stop()
    expect(results.map((result) => result.outcome).sort()).toEqual([
      'added',
      'known',
      'known',
      'known',
    ])
    expect((await listBooks(home.db.read, { limit: 10 })).books).toHaveLength(1)
    expect(await readdir(join(home.config.library, 'Lewis Carroll'))).toEqual(['Alice.epub'])
    expect(await readdir(home.config.staging)).toEqual([])
  })

  test('numbers books that would share a name, also where only case and accents differ', async () => {
    for (const [seed, title] of ['Emma', 'Emma', 'EMMA'].entries())
      await importDrop(`${seed}.epub`, await makeEpub({ title, authors: ['Jane Austen'], seed }))
    expect((await readdir(join(home.config.library, 'Jane Austen'))).sort()).toEqual([
      'EMMA (3).epub',
      'Emma (2).epub',
      'Emma.epub',
    ])
  })

  test('never overwrites a file in the library that is no book', async () => {
    const foreign = join(home.config.library, 'Lewis Carroll', 'Alice.epub')
    await mkdir(dirname(foreign), { recursive: true })
    await writeFile(foreign, 'my own notes')
    const { book } = await importDrop('alice.epub', await alice())
    expect(await readFile(foreign, 'utf8')).toBe('my own notes')
    expect(book.file.path).toBe('Lewis Carroll/Alice (2).epub')
    expect((await bookById(home.db.read, book.id))?.file.path).toBe(book.file.path)
    expect(existsSync(filePath(home, book))).toBe(true)
  })

  test('names a ready-made KEPUB so that one sees what it is', async () => {
    const { book } = await importDrop('k.epub', await makeEpub({ title: 'Kobo', kepub: true }))
    expect(book).toMatchObject({
      format: 'kepub',
      file: { path: 'Unknown author/Kobo.kepub.epub' },
    })
  })

  test('leaves a file alone that is not ours to remove', async () => {
    const path = await drop('mine.epub', await alice())
    const named = {
      path,
      name: 'mine.epub',
      uploader: null,
      source: 'cli',
      dispose: 'keep',
    } as const
    expect((await importFile(home, named)).outcome).toBe('added')
    expect(await readFile(path)).toEqual(await alice())

    const broken = await drop('broken.epub', 'no book')
    await expect(
      importFile(home, { ...named, path: broken, name: 'broken.epub' }),
    ).rejects.toMatchObject({ code: 'invalid' })
    expect(await readFile(broken, 'utf8')).toBe('no book')
    expect(await readdir(home.config.quarantine)).toEqual([])
    expect(await readdir(home.config.staging)).toEqual([])
  })

  test('puts a file back that went missing from the library', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await rm(filePath(home, book))
    expect((await importDrop('a.epub', await alice())).outcome).toBe('known')
    expect(await readFile(filePath(home, book))).toEqual(await alice())
  })

  test('works across file systems, for the inbox and for the library', async () => {
    const other = await mkdtemp(join(placeOnAnotherDisk(), 'holdfast-test-'))
    const inboxes = await tempHome({ inbox: join(other, 'inbox') })
    expect(statSync(other).dev).not.toBe(statSync(inboxes.config.dataDir).dev)
    const library = join(other, 'library')
    const apart = { ...inboxes, config: { ...inboxes.config, library } }
    try {
      const { book } = await importDrop('a.epub', await alice(), apart)
      expect(await readFile(join(library, book.file.path))).toEqual(await alice())
      expect(await readdir(join(library, 'Lewis Carroll'))).toEqual(['Alice.epub'])
      expect(await readdir(apart.config.inbox)).toEqual([])

      await removeBook(apart, book.id)
      expect(await readFile(trashPath(apart, book.id))).toEqual(await alice())
      expect(existsSync(filePath(apart, book))).toBe(false)
      await bringBack(apart, book.id)
      expect(await readFile(filePath(apart, book))).toEqual(await alice())
    } finally {
      await inboxes.close()
      await rm(other, { recursive: true })
    }
  })
})

/** A folder that does not lie on the disk of temporary files, wherever those are. */
function placeOnAnotherDisk(): string {
  const cache = join(packageRoot(), '.cache')
  mkdirSync(cache, { recursive: true })
  const { dev } = statSync(tmpdir())
  const place = ['/dev/shm', cache].find((each) => existsSync(each) && statSync(each).dev !== dev)
  if (place === undefined) throw new Error('This test needs a second file system, at /dev/shm.')
  return place
}
