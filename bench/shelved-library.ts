import { createHash } from 'node:crypto'
import { readConfig } from '../src/config.ts'
import type { Tx } from '../src/db/schema.ts'
import { openHome } from '../src/open-home.ts'
import { addPerson } from '../src/people/person.ts'
import { issueApiToken } from '../src/people/api-token.ts'
import { createShelf } from '../src/shelves/shelf.store.ts'
import { uuid5 } from '../src/uuid.ts'

/** Rows per statement. */
const CHUNK = 200

/** What is in a library that was written at once: a token of its owner, and its shelf with everything on it. */
export type ShelvedLibrary = { token: string; shelf: string; books: string[] }

/**
 * Writes a library of so many books that are shelved and prepared into a data folder, without files: enough for syncs, which read
 * none, and quicker than importing.
 */
export async function writeShelvedLibrary(dataDir: string, count: number): Promise<ShelvedLibrary> {
  const home = await openHome(
    readConfig({ HOLDFAST_DATA_DIR: dataDir, HOLDFAST_LOG_LEVEL: 'silent' }),
  )
  try {
    const wish = { name: 'bench', password: 'a bench of oak', owner: true }
    const person = await addPerson(home, wish)
    const { token } = await issueApiToken(home, { person: person.id, label: 'bench' })
    const shelf = 'everything'
    const books = Array.from({ length: count }, (_, n) => uuid5(NAMESPACE, `book ${n}`))
    await home.db.transact(async (tx) => {
      await createShelf(tx, { id: shelf, person: person.id, name: 'Everything', now: 0 })
      for (let start = 0; start < count; start += CHUNK)
        await enter(tx, shelf, books.slice(start, start + CHUNK), start)
    })
    return { token, shelf, books }
  } finally {
    await home.db.close()
  }
}

const NAMESPACE = '5e7b61f0-8f6a-4a55-9a32-0d8f6f5d7c11'

async function enter(tx: Tx, shelf: string, ids: string[], start: number): Promise<void> {
  const hash = (id: string) => createHash('sha256').update(id).digest('hex')
  await tx
    .insertInto('book')
    .values(
      ids.map((id, index) => ({
        id,
        title: `A book of the bench, number ${start + index}`,
        subtitle: null,
        sort_title: `book of the bench ${start + index}`,
        series: index % 5 === 0 ? 'The benches' : null,
        series_index: index % 5 === 0 ? start + index : null,
        language: 'en',
        publisher: 'Bench & Sons',
        published: '2020',
        published_at: null,
        isbn: null,
        description: `<p>${'It is a truth universally acknowledged. '.repeat(12)}</p>`,
        layout: 'reflowable' as const,
        format: 'epub' as const,
        cover_hash: null,
        cover_type: null,
        file_hash: hash(id),
        file_size: 300_000,
        path: `${id}.epub`,
        path_key: `${id}.epub`,
        artifact: hash(id),
        lease_until: null,
        uploader: null,
        added_at: 0,
        changed_at: 0,
        deleted_at: null,
      })),
    )
    .execute()
  await tx
    .insertInto('contributor')
    .values(
      ids.map((book, index) => ({
        book,
        ordinal: 0,
        name: `Author ${index}`,
        sort_name: null,
        role: 'aut',
      })),
    )
    .execute()
  await tx
    .insertInto('artifact')
    .values(
      ids.map((book) => ({
        hash: hash(book),
        book,
        file_rev: 1,
        format: 'EPUB3' as const,
        size: 300_000,
        scheme: null,
        finished_at: 0,
      })),
    )
    .execute()
  await tx
    .insertInto('shelf_book')
    .values(
      ids.map((book, index) => ({
        shelf,
        book,
        shelved_at: start + index,
        cause: 'person' as const,
      })),
    )
    .execute()
}
