import type { Db } from '../db/schema.ts'
import type { Device } from '../devices/device.ts'

/** How far a Kobo has come since it was given the address that it has now. Times are epoch ms; null is not yet. */
export type Connection = {
  /** When it was given the address. */
  since: number
  /** When it called for the last time since. */
  calledAt: number | null
  /** When a book was first put into an answer for it. */
  offeredAt: number | null
  /** When it first had a whole book. */
  fetchedAt: number | null
  /** Which that was. */
  fetched: string | null
}

/** Looks how far a Kobo has come. Reads only what happened since it was given its address. */
export async function connectionOf(db: Db, device: Device): Promise<Connection> {
  const secret = await db
    .selectFrom('pairing_secret')
    .select('created_at')
    .where('pairing', '=', device.pairing)
    .where('retired_at', 'is', null)
    .orderBy('created_at', 'desc')
    .executeTakeFirst()
  const since = secret?.created_at ?? device.createdAt
  const calledAt =
    device.lastSeenAt !== null && device.lastSeenAt >= since ? device.lastSeenAt : null
  const offered = await db
    .selectFrom('page')
    .select(['page.at', 'page.seq'])
    .where('page.device', '=', device.id)
    .where('page.at', '>=', since)
    .where((is) =>
      is.exists(
        is
          .selectFrom('operation')
          .select('operation.ordinal')
          .whereRef('operation.page', '=', 'page.id')
          .where('operation.verb', 'in', ['new', 'file']),
      ),
    )
    .orderBy('page.seq')
    .executeTakeFirst()
  const fetched =
    offered &&
    (await db
      .selectFrom('log')
      .select(['at', 'book'])
      .where('device', '=', device.id)
      .where('seq', '>', offered.seq)
      .where('kind', '=', 'download-completed')
      .orderBy('seq')
      .executeTakeFirst())
  return {
    since,
    calledAt,
    offeredAt: offered?.at ?? null,
    fetchedAt: fetched?.at ?? null,
    fetched: fetched?.book ?? null,
  }
}
