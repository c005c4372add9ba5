import { z } from 'zod'
import type { Db, Tx } from '../db/schema.ts'
import type { Return } from './backup.ts'
import { forgottenSpans } from './journeys.store.ts'

const OPENED = z.object({ opened: z.boolean() })

/** Notes the first return of a page's token. */
export async function noteReturn(
  tx: Tx,
  page: string,
  mark: { seq: number; at: number },
): Promise<void> {
  await tx
    .updateTable('page')
    .set({ returned_seq: mark.seq, returned_at: mark.at })
    .where('id', '=', page)
    .where('returned_seq', 'is', null)
    .execute()
}

/** Whether the token of any page later than the log's entry at `seq` ever came back: nearly always not, and cheap to ask. */
export async function wasAnyReturnedAfter(db: Db, device: string, seq: number): Promise<boolean> {
  const row = await db
    .selectFrom('page')
    .select('id')
    .where('device', '=', device)
    .where('seq', '>', seq)
    .where('returned_seq', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Every return of a token, in the life that the device remembers: what a restored device forgot is left out. Oldest first. */
export async function returnsOf(db: Db, device: string): Promise<Return[]> {
  const rows = await db
    .selectFrom('log')
    .innerJoin('page', 'page.id', 'log.page')
    .select(['log.seq', 'log.at', 'log.detail', 'page.id', 'page.seq as issued'])
    .where('log.device', '=', device)
    .where('log.book', 'is', null)
    .where('log.kind', '=', 'returned')
    .orderBy('log.seq')
    .execute()
  const forgotten = await forgottenSpans(db, device)
  return rows
    .filter(({ seq }) => !forgotten.some(({ from, to }) => seq >= from && seq < to))
    .map(({ id, seq, at, issued, detail }) => ({
      page: id,
      seq,
      at,
      issued,
      opened: OPENED.parse(JSON.parse(detail ?? '{}')).opened,
    }))
}

/** The page whose token came back last, in the life that the device remembers; null when none ever did. */
export async function newestReturned(db: Db, device: string): Promise<string | null> {
  const forgotten = await forgottenSpans(db, device)
  const row = await db
    .selectFrom('log')
    .select('page')
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'returned')
    .$if(forgotten.length > 0, (query) =>
      query.where((where) =>
        where.and(
          forgotten.map(({ from, to }) =>
            where.or([where('seq', '<', from), where('seq', '>=', to)]),
          ),
        ),
      ),
    )
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.page ?? null
}
