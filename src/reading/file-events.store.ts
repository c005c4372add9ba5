import { z } from 'zod'
import type { Db } from '../db/schema.ts'
import { type FileEvent } from './unsaved.ts'

type Placed = FileEvent & { seq: number }

/** What the device's log says of each of these books, in order. */
export async function eventsOf(
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
