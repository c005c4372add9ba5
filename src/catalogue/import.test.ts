import { existsSync } from 'node:fs'
import {
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { START, tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { closeErratum } from '../errata/errata.store.ts'
import { listErrata } from '../errata/find-errata.store.ts'
import { bookById, listBooks } from './catalogue.store.ts'
import { changeBook } from './change-book.store.ts'
import { originalPath } from './cover-original.ts'
import { bringBack, filePath, removeBook, trashPath } from './files.ts'
import { importFile } from './import.ts'
import { retryImport } from './retry-import.ts'
import { FILE_LIMIT } from './copy-drop.ts'

const OWNER = { id: 'nobody', owner: true }

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

/** Writes a drop into the inbox and answers its path. */
async function drop(name: string, bytes: Buffer | string, to: TempHome = home): Promise<string> {
  const path = join(to.config.inbox, name)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  return path
}

async function importDrop(name: string, bytes: Buffer | string, into: TempHome = home) {
  const path = await drop(name, bytes, into)
  const file = name.replace(/^.*\//, '')
  return importFile(into, { path, name: file, dispose: 'remove', uploader: null, source: 'inbox' })
}

const alice = () => makeEpub({ title: 'Alice', authors: ['Lewis Carroll'], cover: 'jpeg' })

describe('importing a file', () => {
  test('is told while it lasts, and whether it failed', async () => {
    const books = await Promise.all(
      [1, 2, 3].map(async (n) => [`${n}.epub`, await makeEpub({ title: `Book ${n}` })] as const),
    )
    const paths = await Promise.all(books.map(([name, bytes]) => drop(name, bytes)))
    const spoilt = await drop('spoilt.epub', 'no book')
    const drops = [spoilt, ...paths].map((path) => {
      const about = { dispose: 'remove', uploader: null, source: 'inbox' } as const
      return importFile(home, { path, name: basename(path), ...about })
    })
    const [first, ...others] = drops
    const told = () => home.underWay.imports.told(() => true)
    expect(told()).toEqual({
      done: 0,
      total: 4,
      failed: 0,
      names: ['spoilt.epub', '1.epub', '2.epub'],
    })
    // So that something is still under way, however soon the others are over.
    const over = home.underWay.imports.begin('later.epub', null)
    await expect(first).rejects.toThrow('This is not an EPUB')
    expect(told()).toMatchObject({ total: 5, failed: 1 })
    await Promise.all(others)
    expect(told()).toMatchObject({ done: 4, total: 5, failed: 1 })
    over('done')
    expect(told()).toBeUndefined()
  })

  test('is told as failed only where an erratum tells why', async () => {
    const { imports } = home.underWay
    imports.begin('one that goes on', null)
    const about = { name: 'spoilt.epub', uploader: null, source: 'command' } as const
    const path = await drop('spoilt.epub', 'no book')
    await expect(importFile(home, { ...about, path, dispose: 'keep' })).rejects.toThrow('EPUB')
    expect(imports.told(() => true)).toMatchObject({ done: 1, failed: 0 })
    await expect(importFile(home, { ...about, path, dispose: 'remove' })).rejects.toThrow('EPUB')
    expect(imports.told(() => true)).toMatchObject({ done: 2, failed: 1 })
  })

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
    expect(existsSync('/dev/shm'), 'this test needs a second file system at /dev/shm').toBe(true)
    const other = await mkdtemp('/dev/shm/holdfast-test-')
    const inboxes = await tempHome({ inbox: join(other, 'inbox') })
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

describe('a deleted book', () => {
  test('waits in the trash and comes back as itself', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await removeBook(home, book.id)
    expect(existsSync(join(home.config.library, 'Lewis Carroll'))).toBe(false)
    expect((await listBooks(home.db.read, { limit: 10 })).books).toEqual([])
    expect((await bookById(home.db.read, book.id))?.deletedAt).toBe(START)

    expect(await bringBack(home, book.id)).toEqual(book)
    expect(await readFile(filePath(home, book))).toEqual(await alice())
    expect(await readdir(home.config.trash)).toEqual([])
  })

  test('is itself again, edits and all, when its file is dropped again', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await home.db.transact((tx) => changeBook(tx, book.id, { title: 'Alice!' }, home.now()))
    await removeBook(home, book.id)
    const again = await importDrop('a.epub', await alice())
    expect(again.outcome).toBe('restored')
    expect(again.book).toMatchObject({ id: book.id, title: 'Alice!', metaRev: 2, deletedAt: null })
    expect(await readFile(filePath(home, again.book))).toEqual(await alice())
    expect(await readdir(home.config.trash)).toEqual([])
  })

  test('comes back even when its trash was emptied, if its file is dropped again', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await removeBook(home, book.id)
    await rm(trashPath(home, book.id))
    await expect(bringBack(home, book.id)).rejects.toMatchObject({ code: 'conflict' })
    expect((await bookById(home.db.read, book.id))?.deletedAt).not.toBeNull()
    expect((await importDrop('a.epub', await alice())).outcome).toBe('restored')
    expect(await readFile(filePath(home, book))).toEqual(await alice())
  })

  test('cannot be one that never was', async () => {
    await expect(removeBook(home, 'no-such-book')).rejects.toMatchObject({ code: 'not_found' })
    await expect(bringBack(home, 'no-such-book')).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a file that is no book', () => {
  async function errata() {
    return (await listErrata(home.db.read, OWNER, { limit: 10 })).errata
  }

  test('goes to quarantine with the reason beside it, and an erratum tells of it', async () => {
    await expect(importDrop('sub/notes.pdf', '%PDF-1.7')).rejects.toMatchObject({ code: 'invalid' })
    expect(await readdir(home.config.inbox)).toEqual([])
    expect(await readdir(home.config.staging)).toEqual([])

    const [erratum, ...others] = await errata()
    expect(others).toEqual([])
    expect(erratum).toMatchObject({ kind: 'import-failed', person: null, actions: ['retry'] })
    expect(erratum?.cause).toMatch(/^“notes.pdf” could not be imported\. .*not an EPUB/)
    const kept = erratum?.detail['quarantined'] ?? ''
    expect(kept).toMatch(/^2026-09-01-[0-9a-f]{8}\/notes\.pdf$/)
    expect(await readFile(join(home.config.quarantine, kept), 'utf8')).toBe('%PDF-1.7')
    expect(await readFile(join(home.config.quarantine, `${kept}.reason.txt`), 'utf8')).toMatch(
      /not an EPUB/,
    )
  })

  test('is kept once, however often it is dropped', async () => {
    for (const name of ['a.epub', 'b.epub'])
      await expect(importDrop(name, 'the same')).rejects.toMatchObject({ code: 'invalid' })
    expect(await readdir(home.config.quarantine)).toHaveLength(1)
    expect(await errata()).toHaveLength(1)
    expect(await readdir(home.config.inbox)).toEqual([])
  })

  test('stays in quarantine when a retry fails too, and becomes a book when one succeeds', async () => {
    await expect(importDrop('a.epub', 'not yet a book')).rejects.toThrow()
    const [erratum] = await errata()
    const id = erratum?.id ?? ''
    const path = join(home.config.quarantine, erratum?.detail['quarantined'] ?? '')
    await expect(retryImport(home, id)).rejects.toMatchObject({ code: 'invalid' })
    expect(await readFile(path, 'utf8')).toBe('not yet a book')
    expect(await errata()).toHaveLength(1)

    await writeFile(path, await alice())
    const { outcome, book } = await retryImport(home, id)
    expect(outcome).toBe('added')
    expect(existsSync(filePath(home, book))).toBe(true)
    expect(await errata()).toEqual([])
    expect(await readdir(home.config.quarantine)).toEqual([])
    await expect(retryImport(home, id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('cannot be retried once it was taken away', async () => {
    await expect(importDrop('a.epub', 'no book')).rejects.toThrow()
    const [erratum] = await errata()
    await rm(home.config.quarantine, { recursive: true })
    await expect(retryImport(home, erratum?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('dropped again after it was dismissed fails anew', async () => {
    await expect(importDrop('a.epub', 'no book')).rejects.toThrow()
    const [first] = await errata()
    await home.db.transact((tx) => closeErratum(tx, first?.id ?? '', 'I know.', home.now()))
    await expect(importDrop('a.epub', 'no book')).rejects.toThrow()
    const [second] = await errata()
    expect(second?.id).not.toBe(first?.id)
  })

  test('with a hostile name stays inside quarantine', async () => {
    const path = await drop('x', 'no book')
    const name = '../../../evil\u0000/..\\name.epub'
    await expect(
      importFile(home, { path, name, dispose: 'remove', uploader: null, source: 'upload' }),
    ).rejects.toMatchObject({ code: 'invalid' })
    const [erratum] = await errata()
    const kept = join(home.config.quarantine, erratum?.detail['quarantined'] ?? '')
    expect(dirname(dirname(kept))).toBe(home.config.quarantine)
    expect(await readFile(kept, 'utf8')).toBe('no book')
  })

  test('is refused when it is too large, without being copied first', async () => {
    const path = await drop('huge.epub', '')
    await truncate(path, FILE_LIMIT + 1)
    await expect(
      importFile(home, { path, name: 'huge.epub', dispose: 'remove', uploader: null, source: '' }),
    ).rejects.toMatchObject({ code: 'too_large' })
    expect(await readdir(home.config.inbox)).toEqual([])
    expect(await errata()).toHaveLength(1)
  })

  test('is told in words when it is not there, a folder or a link to nowhere', async () => {
    const named = { name: 'x.epub', dispose: 'keep', uploader: null, source: 'cli' } as const
    const missing = join(home.config.inbox, 'missing')
    await symlink(missing, join(home.config.inbox, 'link'))
    for (const path of [missing, join(home.config.inbox, 'link')])
      await expect(importFile(home, { ...named, path })).rejects.toMatchObject({
        code: 'not_found',
        message: '“x.epub” is not there.',
      })
    await expect(importFile(home, { ...named, path: home.config.inbox })).rejects.toMatchObject({
      code: 'invalid',
      message: '“x.epub” is not a file.',
    })
  })
})
