import type { Db } from '../db/schema.ts'
import { lastToken } from './diary.store.ts'

/** A sync in brief: its name in the diary, when it began (epoch ms), and how many operations it was sent. */
export type BriefSync = {
  id: string
  at: number
  sent: number
  /** Its last answer was given. */
  complete: boolean
  /** Some answer did not reach it whole: its token never came, and another did. */
  lost: boolean
}

/** The syncs of a device since an instant, newest first, at most `limit`. Reads no entries about books. */
export async function syncsSince(
  db: Db,
  device: string,
  { since, limit }: { since: number; limit: number },
): Promise<BriefSync[]> {
  const sessions = await marks(db, device, 'session')
    .where('at', '>=', since)
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  const oldest = sessions.at(-1)
  if (!oldest) return []
  const completes = await marks(db, device, 'complete').where('seq', '>', oldest.seq).execute()
  const pages = await db
    .selectFrom('page')
    .innerJoin('operation', 'operation.page', 'page.id')
    .select(['page.seq', 'page.returned_seq'])
    .select((row) => row.fn.countAll<number>().as('sent'))
    .where('page.device', '=', device)
    .where('page.seq', '>', oldest.seq)
    .groupBy(['page.seq', 'page.returned_seq'])
    .execute()
  const heard = await lastToken(db, device)
  return sessions.map(({ seq, at }, index) => {
    const end = sessions[index - 1]?.seq ?? Infinity
    const isIn = (mark: { seq: number }): boolean => mark.seq > seq && mark.seq < end
    return {
      id: String(seq),
      at,
      sent: pages.filter(isIn).reduce((sum, { sent }) => sum + sent, 0),
      complete: completes.some(isIn),
      lost: pages.some((page) => isIn(page) && page.returned_seq === null && page.seq < heard),
    }
  })
}

function marks(db: Db, device: string, kind: 'session' | 'complete') {
  return db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', kind)
}
