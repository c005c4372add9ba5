import type { Db } from '../db/schema.ts'
import { sweepingFactOf } from './log-row.ts'
import type { Mark, SweepingFact } from './log.ts'

/** What a device that was put back to a backup of its own forgot: entries from `from` up to, not including, `to`. */
export async function forgottenSpans(
  db: Db,
  device: string,
): Promise<{ from: number; to: number }[]> {
  const spans: { from: number; to: number }[] = []
  for (const { seq, fact } of await sweepingFacts(db, device, 'restored'))
    if (fact.kind === 'restored') spans.push({ from: fact.from, to: seq })
  return spans
}

/** Whether it was said of a ledger that was given up that its pages belong to another past. */
export async function wasTold(db: Db, device: string, ledger: string): Promise<boolean> {
  const told = await sweepingFacts(db, device, 'rolled-back')
  return told.some(({ fact }) => fact.kind === 'rolled-back' && fact.was === ledger)
}

/** Where the log says last that the server was put back in time. */
export async function lastRolledBack(db: Db, device: string): Promise<Mark | undefined> {
  const last = (await sweepingFacts(db, device, 'rolled-back')).at(-1)
  return last && { seq: last.seq, at: last.at }
}

async function sweepingFacts(
  db: Db,
  device: string,
  kind: SweepingFact['kind'],
): Promise<(Mark & { fact: SweepingFact })[]> {
  const rows = await db
    .selectFrom('log')
    .selectAll()
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', kind)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({ seq: row.seq, at: row.at, fact: sweepingFactOf(row) }))
}
