import type { Selectable } from 'kysely'
import { z } from 'zod'
import { inChunks } from '../db/in-chunks.ts'
import type { Db, Schema, Tx } from '../db/schema.ts'
import type { ReadingState } from './reading-state.ts'

/** Where a person is in each of these books. Books they never opened are not in it. */
export async function statesOf(
  db: Db,
  person: string,
  books: readonly string[],
): Promise<Map<string, ReadingState>> {
  const states = new Map<string, ReadingState>()
  for (const some of inChunks(books)) {
    const rows = await db
      .selectFrom('reading_state')
      .selectAll()
      .where('person', '=', person)
      .where('book', 'in', some)
      .execute()
    for (const row of rows) states.set(row.book, toState(row))
  }
  return states
}

/** Writes down where a person is in a book. */
export async function saveState(tx: Tx, person: string, state: ReadingState): Promise<void> {
  const columns = {
    rev: state.rev,
    origin: state.origin,
    created_at: state.createdAt,
    modified: state.modified.text,
    modified_at: state.modified.at,
    status: text(state.status),
    statistics: text(state.statistics),
    place: text(state.place),
  }
  // Two statements: a conflict clause here would take the place of those in the triggers below it (docs/decisions/0002).
  const updated = await tx
    .updateTable('reading_state')
    .set(columns)
    .where('person', '=', person)
    .where('book', '=', state.book)
    .executeTakeFirst()
  if (updated.numUpdatedRows > 0n) return
  await tx
    .insertInto('reading_state')
    .values({ person, book: state.book, ...columns })
    .execute()
}

const moment = z.object({ text: z.string(), at: z.number() })

const statusPart = z.object({
  modified: moment,
  status: z.enum(['ReadyToRead', 'Reading', 'Finished']),
  timesStarted: z.number().nullable(),
  lastStarted: z.string().nullable(),
  lastFinished: z.string().nullable(),
})

const statisticsPart = z.object({
  modified: moment,
  spentMinutes: z.number().nullable(),
  remainingMinutes: z.number().nullable(),
})

const placePart = z.object({
  modified: moment,
  percent: z.number().nullable(),
  sourcePercent: z.number().nullable(),
  location: z.object({ source: z.string(), type: z.string(), value: z.string() }).nullable(),
})

function toState(row: Selectable<Schema['reading_state']>): ReadingState {
  return {
    book: row.book,
    rev: row.rev,
    origin: row.origin,
    createdAt: row.created_at,
    modified: { text: row.modified, at: row.modified_at },
    status: row.status === null ? null : statusPart.parse(JSON.parse(row.status)),
    statistics: row.statistics === null ? null : statisticsPart.parse(JSON.parse(row.statistics)),
    place: row.place === null ? null : placePart.parse(JSON.parse(row.place)),
  }
}

function text(part: object | null): string | null {
  return part === null ? null : JSON.stringify(part)
}
