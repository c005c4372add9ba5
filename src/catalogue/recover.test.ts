import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { listErrata } from '../errata/find-errata.store.ts'
import { bookById, listBooks } from './catalogue.store.ts'
import { deleteBook, restoreBook } from './change-book.store.ts'
import { enterBook } from './enter-book.ts'
import { filePath, placeFile, removeBook, trashPath } from './files.ts'
import { importFile } from './import.ts'
import { recoverImports } from './recover.ts'
import { arrivingPath, stage } from './staging.ts'

/** Each test stops at one place, as a crash does; then a new process begins on the same folder. */
let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

const ORIGIN = { name: 'alice.epub', uploader: null, source: 'inbox' }

async function dropAlice(): Promise<string> {
  const path = join(home.config.inbox, 'alice.epub')
  await writeFile(path, await makeEpub({ title: 'Alice', authors: ['Lewis Carroll'] }))
  return path
}

async function restart(): Promise<void> {
  await home.stop()
  home = await tempHome({ dataDir: home.config.dataDir, seed: 'another life' })
  await recoverImports(home)
}

async function importAlice() {
  const path = await dropAlice()
  return importFile(home, { path, dispose: 'remove', ...ORIGIN })
}

async function expectOneWholeBook(): Promise<void> {
  const { books } = await listBooks(home.db.read, { limit: 10 })
  expect(books.map((book) => book.title)).toEqual(['Alice'])
  for (const book of books)
    expect(await readFile(filePath(home, book))).toEqual(
      await makeEpub({ title: 'Alice', authors: ['Lewis Carroll'] }),
    )
  expect(await readdir(home.config.library)).toEqual(['Lewis Carroll'])
  expect(await readdir(join(home.config.library, 'Lewis Carroll'))).toEqual(['Alice.epub'])
  expect(await readdir(home.config.staging)).toEqual([])
}

test('a crash while the copy was written leaves the drop for the next start', async () => {
  await dropAlice()
  await writeFile(arrivingPath(home), 'half a bo')
  await restart()
  expect(await readdir(home.config.staging)).toEqual([])
  expect(await readdir(home.config.inbox)).toEqual(['alice.epub'])
})

test('a copy that another living process is writing is left to it', async () => {
  const theirs = join(home.config.staging, `${process.ppid}-0123456789abcdef.part`)
  await writeFile(theirs, 'half a bo')
  await restart()
  expect(existsSync(theirs)).toBe(true)
})

test('a crash after the copy was complete: the book is entered at the next start', async () => {
  await stage(home, await dropAlice(), ORIGIN)
  await restart()
  await expectOneWholeBook()
})

test('a crash after the book was entered: its file is placed at the next start', async () => {
  await enterBook(home, await stage(home, await dropAlice(), ORIGIN))
  expect(await readdir(home.config.library)).toEqual([])
  await restart()
  await expectOneWholeBook()
})

test('a crash after the file was placed: the copy is removed, and the drop is the same book', async () => {
  const staged = await stage(home, await dropAlice(), ORIGIN)
  const { book } = await enterBook(home, staged)
  await placeFile(home, book, staged.path)
  const half = `.${book.id}.${process.pid}-0123456789ab.part`
  await writeFile(join(home.config.library, 'Lewis Carroll', half), 'half a bo')
  await restart()
  await expectOneWholeBook()
  const again = await importAlice()
  expect(again).toMatchObject({ outcome: 'known', book: { id: book.id } })
  expect(await readdir(home.config.inbox)).toEqual([])
})

test('a book without a title keeps the name of its drop over a crash, and who gave it', async () => {
  const path = join(home.config.inbox, 'My notes.epub')
  const opf = `<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata/>
    <manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>
    <spine><itemref idref="a"/></spine></package>`
  const page = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Notes</p></body></html>'
  const files = { 'OEBPS/content.opf': opf, 'OEBPS/a.xhtml': page }
  await writeFile(path, await makeEpub({ title: '', files }))
  await home.db.transact((tx) =>
    tx
      .insertInto('person')
      .values({
        id: 'ann',
        name: 'Ann',
        name_key: 'ann',
        owner: 1,
        created_at: 0,
      })
      .execute(),
  )
  await stage(home, path, { name: 'My notes.epub', uploader: 'ann', source: 'upload' })
  await restart()
  const { books } = await listBooks(home.db.read, { limit: 10 })
  expect(books.map((book) => [book.title, book.uploader])).toEqual([['My notes', 'ann']])
})

test('a copy that is no book goes to quarantine at the next start', async () => {
  const path = join(home.config.inbox, 'bad.epub')
  await writeFile(path, 'no book')
  await stage(home, path, ORIGIN)
  await stage(home, await dropAlice(), ORIGIN)
  await restart()
  await expectOneWholeBook()
  const { errata } = await listErrata(home.db.read, { id: '', owner: true }, { limit: 10 })
  expect(errata.map((erratum) => erratum.kind)).toEqual(['import-failed'])
  expect(await readdir(home.config.quarantine)).toHaveLength(1)
})

test('a crash between deleting a book and moving its file is finished', async () => {
  const { book } = await importAlice()
  await home.db.transact((tx) => deleteBook(tx, book.id, home.now()))
  await restart()
  expect(await readdir(home.config.library)).toEqual([])
  expect(existsSync(trashPath(home, book.id))).toBe(true)
})

test('a crash between restoring a book and moving its file back is finished', async () => {
  const { book } = await importAlice()
  await removeBook(home, book.id)
  await home.db.transact((tx) => restoreBook(tx, book.id, home.now()))
  await restart()
  await expectOneWholeBook()
  expect(await readdir(home.config.trash)).toEqual([])
  expect((await bookById(home.db.read, book.id))?.deletedAt).toBeNull()
})

test('a file of somebody else at the place of a deleted book is left alone', async () => {
  const { book } = await importAlice()
  await removeBook(home, book.id)
  await rename(trashPath(home, book.id), join(home.config.dataDir, 'elsewhere'))
  await mkdir(join(home.config.library, 'Lewis Carroll'))
  await writeFile(filePath(home, book), 'my own notes')
  await restart()
  expect(await readFile(filePath(home, book), 'utf8')).toBe('my own notes')
})

test('what a command was killed over and cannot become a book is still where it lay, so it is not kept twice', async () => {
  const given = join(home.config.dataDir, 'given.epub')
  await writeFile(given, '')
  await stage(home, given, { name: 'given.epub', uploader: null, source: 'command' })
  await restart()
  expect(await readdir(home.config.staging)).toEqual([])
  expect(await readdir(home.config.quarantine)).toEqual([])
  const { errata } = await listErrata(home.db.read, { id: '', owner: true }, { limit: 10 })
  expect(errata).toEqual([])
  expect(existsSync(given)).toBe(true)
})
