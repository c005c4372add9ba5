import type { Db } from '../db/schema.ts'
import { SILENCE } from './judge.ts'
import { lastEntry } from './log.store.ts'
import { sessionOf } from './session.store.ts'

/** A sync that goes on, or may: when it began (epoch ms), how many operations it was sent, and how many books it downloaded so far. */
export type RunningSync = { since: number; sent: number; downloads: number; isAnswered: boolean }

/** The sync that a device is in, or was in less than a minute ago; undefined when it is silent. Reads what happened in that sync and no more. */
export async function runningSync(
  db: Db,
  device: string,
  now: number,
): Promise<RunningSync | undefined> {
  const session = await sessionOf(db, device)
  const last = session && (await lastEntry(db, device))
  if (!session || !last || now - Math.max(session.lastAt, last.at) >= SILENCE) return undefined
  const entries = await db
    .selectFrom('log')
    .select('kind')
    .select((row) => [
      row.fn.min<number>('at').as('at'),
      row.fn.count<number>('book').distinct().as('books'),
    ])
    .where('device', '=', device)
    .where('seq', '>=', session.beganSeq)
    .where('kind', 'in', ['session', 'complete', 'download-completed'])
    .groupBy('kind')
    .execute()
  const of = (kind: string) => entries.find((entry) => entry.kind === kind)
  return {
    since: of('session')?.at ?? session.lastAt,
    sent: session.sent,
    downloads: of('download-completed')?.books ?? 0,
    isAnswered: of('complete') !== undefined,
  }
}
