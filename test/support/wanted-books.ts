import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Book } from '../../src/catalogue/book.ts'
import { bookById } from '../../src/catalogue/catalogue.store.ts'
import { insertBook } from '../../src/catalogue/change-book.store.ts'
import { insertPerson } from '../../src/people/person.store.ts'
import { addToShelf, createShelf } from '../../src/shelves/shelf.store.ts'
import { bareBook } from './bare-book.ts'
import { makeEpub } from './make-epub.ts'
import { tempHome, type TempHome } from './temp-home.ts'

/** A home of Jane’s, who has a shelf, `novels`, with nothing on it. The caller closes it. */
export async function janesHome(): Promise<TempHome> {
  const home = await tempHome()
  await home.db.transact(async (tx) => {
    const jane = { id: 'jane', name: 'Jane', nameKey: 'jane', owner: true }
    await insertPerson(tx, { ...jane, createdAt: 0 })
    await createShelf(tx, { id: 'novels', person: 'jane', name: 'Novels', now: 0 })
  })
  return home
}

/** A book whose file lies in the library: an EPUB, unless other bytes are given. */
export async function addBook(
  home: TempHome,
  title: string,
  { bytes: given, ...about }: Partial<Book> & { bytes?: Buffer } = {},
): Promise<Book> {
  const bytes = given ?? (await makeEpub({ title, chapters: ['<p>One. Two.</p>'] }))
  const path = `Austen, Jane/${title}.epub`
  await mkdir(join(home.config.library, 'Austen, Jane'), { recursive: true })
  await writeFile(join(home.config.library, path), bytes)
  const hash = createHash('sha256').update(bytes).digest('hex')
  const file = { hash, size: bytes.length, path }
  const book = bareBook({ id: title, title, file, ...about })
  await home.db.transact((tx) => insertBook(tx, book))
  return book
}

/** Puts a book on a shelf of Jane’s, at `at` (epoch ms). */
export async function shelve(
  home: TempHome,
  book: string,
  at = 0,
  shelf = 'novels',
): Promise<void> {
  await home.db.transact((tx) => addToShelf(tx, shelf, [book], at, 'person'))
}

/** A Kobo of Jane's that carries these shelves, or all. */
export async function addDevice(
  home: TempHome,
  about: {
    shelves?: string[]
    paused?: 1
    revoked_at?: number
  },
): Promise<void> {
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

/** The hash of what a book’s artifact is; null while it has none, undefined when there is no such book. */
export async function artifactOf(home: TempHome, book: string): Promise<string | null | undefined> {
  return (await bookById(home.db.read, book))?.artifact
}
