import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
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
import { convertEpub } from '../kepub/index.ts'
import { version } from '../version.ts'
import { artifactPath } from './artifact-path.ts'
import { artifactOf as artifactOfBook, artifactsByHashes } from './artifact.store.ts'
import { spansOf } from './book-spans.ts'
import { convertAgain, isPreparing, prepareAgain } from './preparation.store.ts'
import { spanMapOf } from './span-map.store.ts'

let home: TempHome

beforeEach(async () => {
  home = await janesHome()
})

afterEach(async () => {
  await closePreparations()
  await home.close()
})

test('a wanted book is prepared: what converting makes of its file, under its hash', async () => {
  const book = await addBook(home, 'Emma')
  await shelve(home, 'Emma')
  await addDevice(home, {})
  expect(await isPreparing(home.db.read, 'Emma')).toBe(true)
  await prepare(home).quiet()
  const aside = join(home.config.dataDir, 'aside.epub')
  const { sha256: hash, size } = await convertEpub(join(home.config.library, book.file.path), aside)
  expect(await artifactOf(home, 'Emma')).toBe(hash)
  const path = artifactPath(home.config.artifacts, hash)
  expect((await readFile(path)).equals(await readFile(aside))).toBe(true)
  expect(await artifactsByHashes(home.db.read, [hash, 'none'])).toEqual(
    new Map([[hash, { hash, book: 'Emma', fileRev: 1, format: 'KEPUB', size }]]),
  )
  expect(
    await home.db.read.selectFrom('artifact').select(['scheme', 'converter']).execute(),
  ).toEqual([{ scheme: 1, converter: version() }])
  expect(await readdir(join(home.config.artifacts, 'unfinished'))).toEqual([])
  expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
})

test('each kind of book is announced as what it is, and only what was converted has other bytes', async () => {
  const books = [
    await addBook(home, 'Novel'),
    await addBook(home, 'Comic', { layout: 'fixed' }),
    await addBook(home, 'Ready', {
      format: 'kepub',
      bytes: await makeEpub({ title: 'R', kepub: true }),
    }),
    await addBook(home, 'Only called so', { format: 'kepub' }),
    await addBook(home, 'Unreadable', { format: 'kepub', bytes: Buffer.from('no archive') }),
    await addBook(home, 'Damaged', { bytes: Buffer.from('no archive either') }),
  ]
  await addDevice(home, {})
  for (const { id } of books) await shelve(home, id)
  await prepare(home).quiet()
  const told: [string, string | undefined, boolean, boolean][] = []
  for (const { id, file } of books) {
    const hash = (await artifactOf(home, id)) ?? ''
    const { format } = (await artifactsByHashes(home.db.read, [hash])).get(hash) ?? {}
    const spans = await spanMapOf(home.db.read, hash)
    told.push([id, format, hash === file.hash, spans !== undefined])
  }
  expect(told).toEqual([
    ['Novel', 'KEPUB', false, true],
    ['Comic', 'EPUB3FL', true, false],
    ['Ready', 'KEPUB', true, true],
    ['Only called so', 'KEPUB', true, false],
    ['Unreadable', 'KEPUB', true, false],
    ['Damaged', 'EPUB3', true, false],
  ])
  const errata = await home.db.read.selectFrom('erratum').select(['kind', 'book']).execute()
  expect(errata).toEqual([{ kind: 'conversion-failed', book: 'Damaged' }])
})

test('what is a KEPUB is never made anew', async () => {
  await addBook(home, 'Emma')
  await addDevice(home, {})
  await shelve(home, 'Emma')
  await prepare(home).quiet()
  const before = await artifactOf(home, 'Emma')
  await home.db.transact((tx) => convertAgain(tx, 'Emma'))
  await home.db.transact((tx) => prepareAgain(tx, 'Emma'))
  expect(await artifactOf(home, 'Emma')).toBe(before)
})

test('two books that come to the same bytes have one artifact each, and one file', async () => {
  const bytes = await makeEpub({ title: 'Emma' })
  const junk = { '.DS_Store': 'left by a computer' }
  await addBook(home, 'Emma', { bytes })
  await addBook(home, 'Emma again', { bytes: await makeEpub({ title: 'Emma', files: junk }) })
  await addDevice(home, {})
  await shelve(home, 'Emma')
  await shelve(home, 'Emma again')
  await prepare(home).quiet()
  const hash = (await artifactOf(home, 'Emma')) ?? ''
  expect(await artifactOf(home, 'Emma again')).toBe(hash)
  for (const book of ['Emma', 'Emma again'])
    expect(await artifactOfBook(home.db.read, book, hash)).toMatchObject({ book, format: 'KEPUB' })
})

test('the spans that are stored are those of the artifact', async () => {
  const chapters = ['<p>One. Two.</p><img src="a.png" alt=""/><p>Three</p>', '<p>Four. Five.</p>']
  await addBook(home, 'Emma', { bytes: await makeEpub({ title: 'Emma', chapters }) })
  await addDevice(home, {})
  await shelve(home, 'Emma')
  await prepare(home).quiet()
  const hash = (await artifactOf(home, 'Emma')) ?? ''
  const spans = (await spanMapOf(home.db.read, hash)) ?? []
  const aside = join(home.config.dataDir, 'aside.epub')
  // A converted book passes through, and is read from the spans that are in it.
  const read = await convertEpub(artifactPath(home.config.artifacts, hash), aside)
  expect(read.kind).toBe('passed-through')
  expect(spans.map(({ name, linear }) => ({ name, linear }))).toEqual(
    read.documents.map(({ name, linear }) => ({ name, linear })),
  )
  for (const { name, spans: map } of read.documents) expect(spansOf(spans, name)).toEqual(map)
})
