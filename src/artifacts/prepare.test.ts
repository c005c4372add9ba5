import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import type { Book } from '../catalogue/book.ts'
import { bookById, deleteBook, insertBook } from '../catalogue/catalogue.store.ts'
import { openErratum } from '../errata/errata.store.ts'
import { insertPerson } from '../people/person.store.ts'
import { addToShelf, createShelf } from '../shelves/shelf.store.ts'
import { artifactPath } from './artifact-path.ts'
import {
  artifactsByHashes,
  booksToPrepare,
  isPreparing,
  leaseBooks,
  prepareAgain,
} from './artifact.store.ts'
import { openPreparation, type Preparation } from './prepare.ts'

let home: TempHome
let open: Preparation[] = []

beforeEach(async () => {
  home = await tempHome()
  await home.db.transact(async (tx) => {
    const jane = { id: 'jane', name: 'Jane', nameKey: 'jane', owner: true, passwordHash: '' }
    await insertPerson(tx, { ...jane, createdAt: 0 })
    await createShelf(tx, { id: 'novels', person: 'jane', name: 'Novels', now: 0 })
  })
})

afterEach(async () => {
  for (const preparation of open) await preparation.close()
  open = []
  await home.close()
})

function prepare(): Preparation {
  const preparation = openPreparation(home)
  open.push(preparation)
  return preparation
}

/** A book whose file, with these bytes, lies in the library. */
async function addBook(title: string, about: Partial<Book> = {}): Promise<Book> {
  const bytes = Buffer.from(`The text of ${title}`)
  const path = `Austen, Jane/${title}.epub`
  await mkdir(join(home.config.library, 'Austen, Jane'), { recursive: true })
  await writeFile(join(home.config.library, path), bytes)
  const book: Book = {
    id: title,
    title,
    subtitle: null,
    contributors: [],
    series: null,
    language: null,
    publisher: null,
    published: null,
    publishedAt: null,
    isbn: null,
    identifiers: [],
    description: null,
    subjects: [],
    layout: 'reflowable',
    format: 'epub',
    cover: null,
    metaRev: 1,
    fileRev: 1,
    file: { hash: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, path },
    artifact: null,
    uploader: null,
    addedAt: 0,
    deletedAt: null,
    ...about,
  }
  await home.db.transact((tx) => insertBook(tx, book))
  return book
}

async function shelve(book: string, at = 0, shelf = 'novels'): Promise<void> {
  await home.db.transact((tx) => addToShelf(tx, shelf, [book], at, 'person'))
}

/** A Kobo of Jane's that carries these shelves, or all. */
async function addDevice(about: {
  shelves?: string[]
  paused?: 1
  revoked_at?: number
}): Promise<void> {
  const { shelves, ...rest } = about
  await home.db.transact(async (tx) => {
    const pairing = { id: 'pairing', person: 'jane', created_at: 0 }
    await tx
      .insertInto('pairing')
      .values({ ...pairing, generation: 1 })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await tx
      .insertInto('device')
      .values({
        id: `kobo of ${shelves?.join()}`,
        person: 'jane',
        pairing: 'pairing',
        name: 'Libra',
        carries_all: shelves ? 0 : 1,
        paused: 0,
        on_delete: 'keep-off',
        media_number: 1,
        one_page: 0,
        created_at: 0,
        ...rest,
      })
      .execute()
    for (const shelf of shelves ?? [])
      await tx
        .insertInto('device_shelf')
        .values({ device: `kobo of ${shelves?.join()}`, shelf })
        .execute()
  })
}

async function artifactOf(book: string): Promise<string | null | undefined> {
  return (await bookById(home.db.read, book))?.artifact
}

test('a wanted book is prepared: the bytes of its file under their hash', async () => {
  const book = await addBook('Emma')
  await shelve('Emma')
  await addDevice({})
  expect(await isPreparing(home.db.read, 'Emma')).toBe(true)
  await prepare().quiet()
  const { hash } = book.file
  expect(await artifactOf('Emma')).toBe(hash)
  const path = artifactPath(home.config.artifacts, hash)
  expect(await readFile(path, 'utf8')).toBe('The text of Emma')
  expect(await artifactsByHashes(home.db.read, [hash, 'none'])).toEqual(
    new Map([[hash, { hash, book: 'Emma', fileRev: 1, format: 'EPUB3', size: 16 }]]),
  )
  expect(await readdir(join(home.config.artifacts, 'unfinished'))).toEqual([])
  expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
})

test('each kind of book is announced as what it is', async () => {
  await addBook('Comic', { layout: 'fixed' })
  await addBook('Ready', { format: 'kepub' })
  await addDevice({})
  await shelve('Comic')
  await shelve('Ready')
  await prepare().quiet()
  const hashes = [(await artifactOf('Comic')) ?? '', (await artifactOf('Ready')) ?? '']
  const artifacts = await artifactsByHashes(home.db.read, hashes)
  expect(hashes.map((hash) => artifacts.get(hash)?.format)).toEqual(['EPUB3FL', 'KEPUB'])
})

describe('nothing is prepared', () => {
  test.each([
    ['without a device', undefined],
    ['for a device that carries other shelves', { shelves: ['empty'] }],
    ['for a paused device', { paused: 1 as const }],
    ['for a revoked device', { revoked_at: 5 }],
  ])('%s', async (_, device) => {
    await home.db.transact((tx) =>
      createShelf(tx, { id: 'empty', person: 'jane', name: 'Empty', now: 0 }),
    )
    await addBook('Emma')
    await shelve('Emma')
    if (device) await addDevice(device)
    await prepare().quiet()
    expect(await artifactOf('Emma')).toBe(null)
    expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
  })

  test('of a book that is on no shelf or was deleted', async () => {
    await addDevice({})
    await addBook('Emma')
    await addBook('Persuasion')
    await shelve('Persuasion')
    await home.db.transact((tx) => deleteBook(tx, 'Persuasion', 1))
    await prepare().quiet()
    expect(await artifactOf('Emma')).toBe(null)
    expect(await artifactOf('Persuasion')).toBe(null)
  })
})

test('what was shelved last comes first', async () => {
  await addDevice({ shelves: ['novels'] })
  for (const [title, at] of [
    ['Old', 10],
    ['New', 30],
    ['Middle', 20],
  ] as const) {
    await addBook(title)
    await shelve(title, at)
  }
  const waiting = await booksToPrepare(home.db.read, 0, 2)
  expect(waiting.map((book) => book.id)).toEqual(['New', 'Middle'])
})

test('a leased book is left to whoever took it until the lease ends', async () => {
  await addDevice({})
  await addBook('Emma')
  await shelve('Emma')
  await home.db.transact(async (tx) => {
    expect(await leaseBooks(tx, ['Emma'], 0, 100)).toEqual(['Emma'])
    expect(await leaseBooks(tx, ['Emma'], 99, 200)).toEqual([])
  })
  expect(await booksToPrepare(home.db.read, 99, 10)).toEqual([])
  expect(await booksToPrepare(home.db.read, 100, 10)).toEqual([{ id: 'Emma', bytes: 16 }])
})

test('what a process left behind when it died is taken up at once', async () => {
  await addDevice({})
  await addBook('Emma')
  await shelve('Emma')
  await mkdir(join(home.config.artifacts, 'unfinished'))
  await writeFile(join(home.config.artifacts, 'unfinished', 'Emma.1'), 'The te')
  await home.db.transact((tx) => leaseBooks(tx, ['Emma'], 0, home.now() + 60_000))
  await prepare().quiet()
  expect(await artifactOf('Emma')).not.toBe(null)
  expect(await readdir(join(home.config.artifacts, 'unfinished'))).toEqual([])
})

describe('a book whose file in the library was changed', () => {
  beforeEach(async () => {
    const book = await addBook('Emma')
    await addDevice({})
    await shelve('Emma')
    await writeFile(join(home.config.library, book.file.path), 'Another text')
  })

  test('is not prepared, and the errata say why', async () => {
    await prepare().quiet()
    expect(await artifactOf('Emma')).toBe(null)
    expect(await openErratum(home.db.read, 'preparation-failed', 'Emma')).toMatchObject({
      book: 'Emma',
      cause:
        '“Emma” could not be prepared for the Kobo. Its file in the library was changed since it was imported.',
    })
    expect(await readdir(home.config.artifacts)).toEqual(['unfinished'])
    expect(await readdir(join(home.config.artifacts, 'unfinished'))).toEqual([])
  })

  test('does not hold up the others', async () => {
    await addBook('Persuasion')
    await shelve('Persuasion')
    await prepare().quiet()
    expect(await artifactOf('Persuasion')).not.toBe(null)
  })

  test('is tried three times with pauses, and again when a person says so', async () => {
    const preparation = prepare()
    for (const failures of [1, 2, 3, 3]) {
      await preparation.quiet()
      await preparation.quiet()
      expect(await home.db.read.selectFrom('book').select('prepare_failures').execute()).toEqual([
        { prepare_failures: failures },
      ])
      home.setNow(home.now() + 60_000)
    }
    expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
    await writeFile(join(home.config.library, 'Austen, Jane/Emma.epub'), 'The text of Emma')
    await home.db.transact((tx) => prepareAgain(tx, 'Emma'))
    await preparation.quiet()
    expect(await artifactOf('Emma')).not.toBe(null)
    expect(await openErratum(home.db.read, 'preparation-failed', 'Emma')).toBe(undefined)
  })
})

test('a book that is gone from the library is told as gone', async () => {
  await addBook('Emma', { file: { hash: '00', size: 1, path: 'nowhere.epub' } })
  await addDevice({})
  await shelve('Emma')
  await prepare().quiet()
  const erratum = await openErratum(home.db.read, 'preparation-failed', 'Emma')
  expect(erratum?.cause).toContain('missing from the library')
})

test('hundreds of books are ready without waiting for a second kick', async () => {
  await addDevice({})
  for (let n = 0; n < 300; n += 1) {
    await addBook(`Volume ${n}`)
    await shelve(`Volume ${n}`, n)
  }
  const preparation = prepare()
  preparation.kick()
  await preparation.quiet()
  expect(await booksToPrepare(home.db.read, home.now(), 10)).toEqual([])
  expect(await home.db.read.selectFrom('artifact').select('hash').execute()).toHaveLength(300)
})

test('a closed preparation has given back what it did not make', async () => {
  await addDevice({})
  for (let n = 0; n < 100; n += 1) {
    await addBook(`Volume ${n}`)
    await shelve(`Volume ${n}`, n)
  }
  const preparation = prepare()
  preparation.kick()
  await preparation.close()
  const rows = await home.db.read.selectFrom('book').select(['artifact', 'lease_until']).execute()
  expect(rows.filter((row) => row.lease_until !== null)).toEqual([])
  preparation.kick()
  await preparation.quiet()
  const later = await home.db.read.selectFrom('book').select(['artifact', 'lease_until']).execute()
  expect(later).toEqual(rows)
})

test('what another process shelves is noticed', async () => {
  const preparation = openPreparation(home, { others: 5 })
  open.push(preparation)
  await preparation.quiet()
  const other = await tempHome({ dataDir: home.config.dataDir })
  await addBook('Emma')
  await addDevice({})
  await other.db.transact((tx) => addToShelf(tx, 'novels', ['Emma'], 0, 'person'))
  await other.stop()
  await expect.poll(() => artifactOf('Emma')).not.toBe(null)
})
