import type { Device } from '../devices/device.ts'
import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import { foldAnnotations } from '../reading/annotation-set.ts'
import { patchesOf } from '../reading/annotation-spool.store.ts'
import { statesOf } from '../reading/reading-state.store.ts'
import { unsavedHighlights } from '../reading/unsaved.store.ts'
import { entriesOf } from '../sync/book-entries.store.ts'
import { carriedShelves } from '../sync/pair.store.ts'
import type { AuditedBook } from './snapshot.ts'

/**
 * What the server knows of books that a device has or should have: of these, and of those that its ledger names or that it carries.
 * `marked`: those with highlights on the device, of which the stored ones are counted. Books that are not in the catalogue are left out.
 */
export async function auditedBooks(
  db: Db,
  device: Device,
  { named, marked }: { named: readonly string[]; marked: ReadonlySet<string> },
): Promise<AuditedBook[]> {
  const carried = await carriedBooks(db, device)
  const all = [...new Set([...named, ...(await ledgerBooks(db, device.id)), ...carried])]
  return loaded(db, device, all, carried, marked)
}

/** The same for just these books. */
export async function auditedBooksOf(
  db: Db,
  device: Device,
  books: readonly string[],
): Promise<AuditedBook[]> {
  return loaded(db, device, books, await carriedBooks(db, device), new Set())
}

/** The same books, knowing of each whether its highlights are stored here. */
export async function withUnsaved(
  db: Db,
  device: Device,
  books: readonly AuditedBook[],
): Promise<AuditedBook[]> {
  const ids = books.map(({ id }) => id)
  const unsaved = await unsavedHighlights(db, device.person, ids)
  return books.map((book) => ({ ...book, unsaved: unsaved.has(book.id) }))
}

async function loaded(
  db: Db,
  device: Device,
  ids: readonly string[],
  carried: ReadonlySet<string>,
  marked: ReadonlySet<string>,
): Promise<AuditedBook[]> {
  const books: AuditedBook[] = []
  for (const some of inChunks(ids)) {
    const rows = await db
      .selectFrom('book')
      .select(['id', 'artifact', 'deleted_at'])
      .where('id', 'in', some)
      .execute()
    const sizes = await sizesOf(db, some)
    const entries = await entriesOf(db, device.id, some)
    const states = await statesOf(db, device.person, some)
    for (const { id, artifact, deleted_at } of rows) {
      const state = states.get(id)
      books.push({
        id,
        carried: carried.has(id) && deleted_at === null,
        entries: entries.get(id) ?? [],
        sizes: sizes.get(id) ?? new Map(),
        artifact,
        stored: {
          highlights: marked.has(id) ? await countStored(db, device.person, id) : 0,
          percent: state?.place?.percent ?? null,
          finished: state?.status?.status === 'Finished',
        },
        unsaved: false,
      })
    }
  }
  return books
}

async function countStored(db: Db, person: string, book: string): Promise<number> {
  return foldAnnotations(await patchesOf(db, person, book)).annotations.length
}

async function carriedBooks(db: Db, device: Device): Promise<Set<string>> {
  const rows = await db
    .selectFrom('shelf_book')
    .select('book')
    .distinct()
    .where('shelf', 'in', carriedShelves(db, device))
    .execute()
  return new Set(rows.map(({ book }) => book))
}

async function ledgerBooks(db: Db, device: string): Promise<string[]> {
  const rows = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('state', '<>', 'none')
    .execute()
  return rows.map(({ book }) => book)
}

async function sizesOf(
  db: Db,
  books: readonly string[],
): Promise<Map<string, Map<string, number>>> {
  const rows = await db
    .selectFrom('artifact')
    .select(['book', 'hash', 'size'])
    .where('book', 'in', books)
    .execute()
  const sizes = new Map<string, Map<string, number>>()
  for (const { book, hash, size } of rows)
    sizes.set(book, (sizes.get(book) ?? new Map<string, number>()).set(hash, size))
  return sizes
}
