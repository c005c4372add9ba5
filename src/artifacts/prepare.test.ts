import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { sharedWorkers } from '../../test/support/workers.ts'
import type { Book } from '../catalogue/book.ts'
import { bookById } from '../catalogue/catalogue.store.ts'
import { deleteBook, insertBook } from '../catalogue/change-book.store.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { insertPerson } from '../people/person.store.ts'
import { addToShelf, createShelf } from '../shelves/shelf.store.ts'
import { convertEpub } from '../kepub/index.ts'
import { version } from '../version.ts'
import { artifactPath } from './artifact-path.ts'
import { artifactOf as artifactOfBook, artifactsByHashes } from './artifact.store.ts'
import {
  booksToPrepare,
  convertAgain,
  isPreparing,
  leaseBooks,
  prepareAgain,
} from './preparation.store.ts'
import { spansOf } from './book-spans.ts'
import { openPreparation, type Preparation } from './prepare.ts'
import { spanMapOf } from './span-map.store.ts'
import { openWorkers, type Workers } from './workers.ts'

let home: TempHome
let open: Preparation[] = []

beforeEach(async () => {
  home = await tempHome()
  await home.db.transact(async (tx) => {
    const jane = { id: 'jane', name: 'Jane', nameKey: 'jane', owner: true }
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
  const preparation = openPreparation(home, sharedWorkers())
  open.push(preparation)
  return preparation
}

/** Workers that write down what they were asked, and how much at once. */
function counting(workers: Workers): Workers & { jobs: string[]; readonly atOnce: number } {
  const jobs: string[] = []
  let underWay = 0
  let atOnce = 0
  return {
    ...workers,
    jobs,
    get atOnce() {
      return atOnce
    },
    async make(job, cancel) {
      jobs.push(job.how)
      underWay += 1
      atOnce = Math.max(atOnce, underWay)
      try {
        return await workers.make(job, cancel)
      } finally {
        underWay -= 1
      }
    },
  }
}

/** A book whose file lies in the library: an EPUB, unless other bytes are given. */
async function addBook(
  title: string,
  { bytes: given, ...about }: Partial<Book> & { bytes?: Buffer } = {},
): Promise<Book> {
  const bytes = given ?? (await makeEpub({ title, chapters: ['<p>One. Two.</p>'] }))
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

test('a wanted book is prepared: what converting makes of its file, under its hash', async () => {
  const book = await addBook('Emma')
  await shelve('Emma')
  await addDevice({})
  expect(await isPreparing(home.db.read, 'Emma')).toBe(true)
  await prepare().quiet()
  const aside = join(home.config.dataDir, 'aside.epub')
  const { sha256: hash, size } = await convertEpub(join(home.config.library, book.file.path), aside)
  expect(await artifactOf('Emma')).toBe(hash)
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
    await addBook('Novel'),
    await addBook('Comic', { layout: 'fixed' }),
    await addBook('Ready', { format: 'kepub', bytes: await makeEpub({ title: 'R', kepub: true }) }),
    await addBook('Only called so', { format: 'kepub' }),
    await addBook('Unreadable', { format: 'kepub', bytes: Buffer.from('no archive') }),
    await addBook('Damaged', { bytes: Buffer.from('no archive either') }),
  ]
  await addDevice({})
  for (const { id } of books) await shelve(id)
  await prepare().quiet()
  const told: [string, string | undefined, boolean, boolean][] = []
  for (const { id, file } of books) {
    const hash = (await artifactOf(id)) ?? ''
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

describe('a book that cannot be converted', () => {
  beforeEach(async () => {
    await addBook('Emma', { bytes: Buffer.from('no archive') })
    await addDevice({})
    await shelve('Emma')
  })

  const tries = () => home.db.read.selectFrom('artifact').select(['hash', 'format']).execute()

  test('is a plain EPUB, and an erratum says why and what that means', async () => {
    await prepare().quiet()
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
    const preparation = openPreparation(home, workers)
    open.push(preparation)
    await preparation.quiet()
    home.setNow(home.now() + 3_600_000)
    await preparation.quiet()
    expect(workers.jobs).toEqual(['convert', 'copy'])
    await home.db.transact((tx) => convertAgain(tx, 'Emma'))
    await preparation.quiet()
    expect(workers.jobs).toEqual(['convert', 'copy', 'convert', 'copy'])
    expect(await artifactOf('Emma')).not.toBe(null)
  })

  test('is a KEPUB once it can be', async () => {
    await prepare().quiet()
    const bytes = await makeEpub({ title: 'Emma' })
    const hash = createHash('sha256').update(bytes).digest('hex')
    await writeFile(join(home.config.library, 'Austen, Jane/Emma.epub'), bytes)
    await home.db.transact((tx) =>
      tx.updateTable('book').set({ file_hash: hash, file_size: bytes.length }).execute(),
    )
    await home.db.transact((tx) => convertAgain(tx, 'Emma'))
    await prepare().quiet()
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
      await addBook('Emma', { bytes: await makeEpub({ title: 'Emma', chapters: [large] }) })
      await addBook('Comic', { layout: 'fixed' })
      await addDevice({})
      await shelve('Comic', 1)
      await shelve('Emma', 2)
      const preparation = openPreparation(home, workers)
      open.push(preparation)
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

test('several workers make several books at once, and each book once', async () => {
  const workers = counting(openWorkers(home.log, { count: 3 }))
  try {
    for (let n = 0; n < 12; n += 1) {
      // Batches are cut by bytes, so that every lane finds work.
      const files = { 'OEBPS/map.png': Buffer.alloc(3_000_000, n) }
      await addBook(`Volume ${n}`, { bytes: await makeEpub({ title: `Volume ${n}`, files }) })
      await shelve(`Volume ${n}`, n)
    }
    await addDevice({})
    const preparation = openPreparation(home, workers)
    open.push(preparation)
    await preparation.quiet()
    expect(await booksToPrepare(home.db.read, home.now(), 20)).toEqual([])
    expect(workers.jobs).toHaveLength(12)
    expect(workers.atOnce).toBe(3)
  } finally {
    await workers.close()
  }
})

test('what is a KEPUB is never made anew', async () => {
  await addBook('Emma')
  await addDevice({})
  await shelve('Emma')
  await prepare().quiet()
  const before = await artifactOf('Emma')
  await home.db.transact((tx) => convertAgain(tx, 'Emma'))
  await home.db.transact((tx) => prepareAgain(tx, 'Emma'))
  expect(await artifactOf('Emma')).toBe(before)
})

test('two books that come to the same bytes have one artifact each, and one file', async () => {
  const bytes = await makeEpub({ title: 'Emma' })
  const junk = { '.DS_Store': 'left by a computer' }
  await addBook('Emma', { bytes })
  await addBook('Emma again', { bytes: await makeEpub({ title: 'Emma', files: junk }) })
  await addDevice({})
  await shelve('Emma')
  await shelve('Emma again')
  await prepare().quiet()
  const hash = (await artifactOf('Emma')) ?? ''
  expect(await artifactOf('Emma again')).toBe(hash)
  for (const book of ['Emma', 'Emma again'])
    expect(await artifactOfBook(home.db.read, book, hash)).toMatchObject({ book, format: 'KEPUB' })
})

test('the spans that are stored are those of the artifact', async () => {
  const chapters = ['<p>One. Two.</p><img src="a.png" alt=""/><p>Three</p>', '<p>Four. Five.</p>']
  await addBook('Emma', { bytes: await makeEpub({ title: 'Emma', chapters }) })
  await addDevice({})
  await shelve('Emma')
  await prepare().quiet()
  const hash = (await artifactOf('Emma')) ?? ''
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
  expect(await booksToPrepare(home.db.read, 100, 10)).toMatchObject([{ id: 'Emma' }])
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

test('a book over which the server ends again and again is not converted any more', async () => {
  await addDevice({})
  await addBook('Emma')
  await shelve('Emma')
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
  await prepare().quiet()
  const hash = (await artifactOf('Emma')) ?? ''
  expect((await artifactsByHashes(home.db.read, [hash])).get(hash)?.format).toBe('EPUB3')
  const erratum = await openErratum(home.db.read, 'conversion-failed', 'Emma')
  expect(erratum?.cause).toContain('The server ended 3 times while it was converted.')
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
    await writeFile(
      join(home.config.library, 'Austen, Jane/Emma.epub'),
      await makeEpub({ title: 'Emma', chapters: ['<p>One. Two.</p>'] }),
    )
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

test('how far the preparation has come is told while it runs, over every lane', async () => {
  await addDevice({})
  for (let n = 0; n < 100; n += 1) {
    await addBook(`Volume ${n}`)
    await shelve(`Volume ${n}`, n)
  }
  const told: string[] = []
  const workers = sharedWorkers()
  const preparation = openPreparation(home, {
    ...workers,
    make(job, cancel) {
      const now = home.underWay.preparation.told(() => true)
      told.push(now ? `${now.done + now.names.length > 0} of ${now.total}` : 'nothing')
      return workers.make(job, cancel)
    },
  })
  open.push(preparation)
  await preparation.quiet()
  expect(told).toHaveLength(100)
  // Only before each lane has taken its first may there seem to be fewer.
  expect(new Set(told.slice(10))).toEqual(new Set(['true of 100']))
  expect(home.underWay.preparation.told(() => true)).toBeUndefined()
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
  const preparation = openPreparation(home, sharedWorkers(), { others: 5 })
  open.push(preparation)
  await preparation.quiet()
  const other = await tempHome({ dataDir: home.config.dataDir })
  await addBook('Emma')
  await addDevice({})
  await other.db.transact((tx) => addToShelf(tx, 'novels', ['Emma'], 0, 'person'))
  await other.stop()
  await expect.poll(() => artifactOf('Emma')).not.toBe(null)
})
