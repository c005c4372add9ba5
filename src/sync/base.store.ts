import { z } from 'zod'
import type { Db, Schema, Tx } from '../db/schema.ts'
import type { Base, Mark } from './log.ts'

/** A base as its row says it. */
export function baseOf(row: Schema['base']): Mark & Base {
  return { seq: row.seq, at: row.at, kind: 'base', ...DETAIL.parse(JSON.parse(row.detail)) }
}

/** The bases of these books of a device, by book; of all its books when none are named. */
export async function basesOf(
  db: Db,
  device: string,
  books?: readonly string[],
): Promise<Map<string, Mark & Base>> {
  const rows = await db
    .selectFrom('base')
    .selectAll()
    .where('device', '=', device)
    .$if(books !== undefined, (some) => some.where('book', 'in', [...(books ?? [])]))
    .execute()
  return new Map(rows.map((row) => [row.book, baseOf(row)]))
}

/** Puts a base in the place of a book's oldest entries, which the caller deletes. */
export async function saveBase(
  tx: Tx,
  device: string,
  book: string,
  base: Mark & Base,
): Promise<void> {
  const { seq, at, kind: _, ...rest } = base
  const row = { seq, at, detail: JSON.stringify(rest) }
  await tx
    .insertInto('base')
    .values({ device, book, ...row })
    .onConflict((conflict) => conflict.columns(['device', 'book']).doUpdateSet(row))
    .execute()
}

const MARK = z.object({ seq: z.number(), at: z.number() })

const STAY = z.object({
  state: z.enum(['none', 'offered', 'held', 'unsure']),
  file: z.boolean(),
  why: z.enum(['removal', 'retracted', 'consent', 'epoch', 'restored', 'rolled-back']).nullable(),
  doubtSeq: z.number().nullable(),
  consent: z.enum(['given', 'offered']).nullable(),
  excluded: z.boolean(),
  deleted: z.boolean(),
  listed: z.boolean(),
  byMachine: z.boolean(),
  metaRev: z.number().nullable(),
  stateRev: z.number().nullable(),
  fileRev: z.number().nullable(),
  artifact: z.string().nullable(),
  // JSON leaves out what is not there.
  since: MARK.optional(),
  // A base that was made before this was kept: its file may have come since.
  filled: z
    .union([z.literal('once'), MARK])
    .nullable()
    .optional(),
})

const DETAIL = z
  .object({
    stay: STAY.transform((stay) => ({ ...stay, since: stay.since })),
    touched: z.number().nullable(),
    proven: z.boolean(),
  })
  .transform(({ stay, ...rest }) => {
    const { filled = rest.proven ? ('once' as const) : null, ...others } = stay
    return { ...rest, stay: { ...others, filled } }
  })
