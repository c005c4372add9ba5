import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import { holdsMarkup } from './annotation-set.ts'
import { patchesOf } from './annotation-spool.store.ts'
import { mayBeUnsaved } from './unsaved.ts'
import { eventsOf } from './file-events.store.ts'

/**
 * Which of these books may hold highlights on a Kobo of this person that are not stored here, or marks of a stylus, which cannot be given
 * back: fetching such a book again may cost them, and a person is told first. A book that is on none of their Kobos has
 * nothing to lose.
 */
export async function unsavedHighlights(
  db: Db,
  person: string,
  books: Iterable<string>,
): Promise<Set<string>> {
  const all = [...new Set(books)]
  const unsaved = new Set<string>()
  for (const some of inChunks(all))
    for (const book of await unsavedAmong(db, person, some)) unsaved.add(book)
  return unsaved
}

async function unsavedAmong(
  db: Db,
  person: string,
  books: readonly string[],
): Promise<Set<string>> {
  const held = await db
    .selectFrom('holding')
    .innerJoin('device', 'device.id', 'holding.device')
    .select(['holding.device', 'holding.book', 'device.services_at'])
    .where('device.person', '=', person)
    .where('device.revoked_at', 'is', null)
    .where('holding.book', 'in', books)
    .where('holding.file', '=', 1)
    .execute()
  const there = [...new Set(held.map(({ book }) => book))]
  if (there.length === 0) return new Set()
  const unsaved = await beyondTheSets(db, person, there)
  const unverified = await unverifiedCalls(db, there)
  for (const device of new Set(held.map((row) => row.device))) {
    const rows = held.filter((row) => row.device === device && !unsaved.has(row.book))
    const events = await eventsOf(
      db,
      device,
      rows.map(({ book }) => book),
    )
    for (const { book, services_at } of rows) {
      const calls = { verified: services_at, unverified: unverified.get(book) ?? [] }
      if (mayBeUnsaved(events.get(book) ?? [], calls)) unsaved.add(book)
    }
  }
  return unsaved
}

/** Books whose folded set cannot give everything back. */
async function beyondTheSets(
  db: Db,
  person: string,
  books: readonly string[],
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('annotation_patch')
    .select(['content', 'beyond'])
    .distinct()
    .where('person', '=', person)
    .where('content', 'in', books)
    .where('verified', '=', 1)
    .where('beyond', 'is not', null)
    .execute()
  const found = new Set<string>()
  for (const { content, beyond } of rows)
    // Marks that were rubbed out since are no reason.
    if (beyond === 'unreadable' || holdsMarkup(await patchesOf(db, person, content)))
      found.add(content)
  return found
}

/** When annotations of these books were last told of, and last asked for, without a token of ours. */
async function unverifiedCalls(db: Db, books: readonly string[]): Promise<Map<string, number[]>> {
  const written = await db
    .selectFrom('annotation_patch')
    .select(['content as book', (row) => row.fn.max('at').as('at')])
    .where('verified', '=', 0)
    .where('content', 'in', books)
    .groupBy('content')
    .execute()
  const read = await db
    .selectFrom('unverified_reading')
    .selectAll()
    .where('book', 'in', books)
    .execute()
  const calls = new Map<string, number[]>()
  for (const { book, at } of [...written, ...read])
    calls.set(book, [...(calls.get(book) ?? []), at])
  return calls
}
