import { z } from 'zod'
import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import { holdsMarkup } from './annotation-set.ts'
import { patchesOf } from './annotation-spool.store.ts'
import { mayBeUnsaved, type FileEvent } from './unsaved.ts'

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

type Placed = FileEvent & { seq: number }

/** What the device's log says of each of these books, in order. */
async function eventsOf(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<Map<string, FileEvent[]>> {
  const events = new Map<string, Placed[]>(books.map((book) => [book, []]))
  if (books.length === 0) return events
  for (const row of await factsOf(db, device, books))
    for (const kind of kindsOf(row)) events.get(row.book ?? '')?.push({ ...row, kind })
  for (const { book, returned_seq, ...row } of await removalsOf(db, device, books))
    events.get(book)?.push({ kind: 'ended', seq: returned_seq ?? row.seq, at: row.at })
  for (const { book, at, detail } of await basesOf(db, device, books)) {
    const seq = stayBegan(detail)
    if (seq !== undefined) events.get(book)?.push({ kind: 'ended', seq, at })
  }
  const common = await deviceEvents(db, device)
  for (const own of events.values()) {
    own.push(...common)
    own.sort((one, other) => one.seq - other.seq)
  }
  return events
}

function factsOf(db: Db, device: string, books: readonly string[]) {
  return db
    .selectFrom('log')
    .select(['seq', 'at', 'kind', 'book', 'detail'])
    .where('device', '=', device)
    .where('book', 'in', books)
    .execute()
}

function kindsOf({ kind, detail }: { kind: string; detail: string | null }): FileEvent['kind'][] {
  switch (kind) {
    case 'download-begun':
      return ['begun']
    case 'download-completed':
      return ['completed']
    case 'download-cut':
      return ['cut']
    case 'annotations-asked':
      return ['asked']
    case 'annotation':
    case 'listed':
      return ['shown', 'called']
    case 'state':
      return ['shown']
    case 'delete':
      return says(detail, 'repeat', true) ? [] : ['ended']
    case 'audited':
      return says(detail, 'row', false) || says(detail, 'file', false) ? ['ended'] : ['shown']
    default:
      return []
  }
}

/** Removals that were taken. */
function removalsOf(db: Db, device: string, books: readonly string[]) {
  return db
    .selectFrom('operation')
    .innerJoin('page', 'page.id', 'operation.page')
    .select(['operation.book', 'page.seq', 'page.at', 'page.returned_seq'])
    .where('operation.device', '=', device)
    .where('operation.book', 'in', books)
    .where('operation.verb', '=', 'removal')
    .where('page.on_chain', '=', 1)
    .execute()
}

/** What the oldest entries came to: what was seen before the stay that they end in is of another. */
function basesOf(db: Db, device: string, books: readonly string[]) {
  return db
    .selectFrom('base')
    .select(['book', 'at', 'detail'])
    .where('device', '=', device)
    .where('book', 'in', books)
    .execute()
}

/** Where the stay of a base began or the one before it ended; undefined when nothing says so. */
function stayBegan(detail: string): number | undefined {
  const since = z.object({ stay: z.object({ since: z.object({ seq: z.number() }) }) })
  return since.safeParse(JSON.parse(detail)).data?.stay.since.seq
}

/** What bears on every book of the device. Of its lists the newest says all. */
async function deviceEvents(db: Db, device: string): Promise<Placed[]> {
  const facts = db
    .selectFrom('log')
    .select(['seq', 'at', 'kind', 'detail'])
    .where('device', '=', device)
    .where('book', 'is', null)
  const list = await facts.where('kind', '=', 'list').orderBy('seq', 'desc').limit(1).execute()
  const rows = await facts.where('kind', 'in', ['epoch', 'restored', 'rolled-back']).execute()
  return [...list, ...rows].map(({ kind, detail, seq, at }) => {
    if (kind === 'list') return { kind: 'called', seq, at }
    // An epoch begins where its cause lies.
    if (kind === 'epoch') return { kind: 'ended', seq: numberIn(detail, 'from') ?? seq, at }
    return { kind: 'forgotten', seq, at }
  })
}

function says(detail: string | null, name: string, value: boolean): boolean {
  return fieldOf(detail, name) === value
}

function numberIn(detail: string | null, name: string): number | undefined {
  const value = fieldOf(detail, name)
  return typeof value === 'number' ? value : undefined
}

function fieldOf(detail: string | null, name: string): unknown {
  const fields: unknown = detail === null ? {} : JSON.parse(detail)
  return new Map<string, unknown>(Object.entries(Object(fields))).get(name)
}
