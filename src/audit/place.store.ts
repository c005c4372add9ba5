import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { pageById } from '../sync/chain.store.ts'
import { lastEntry } from '../sync/log.store.ts'
import type { Mark } from '../sync/log.ts'
import { sessionAfter } from '../sync/session.store.ts'
import { readTokenWith } from '../sync/token.ts'
import { placeOf, type Clues, type Place } from './place.ts'

/**
 * Where in the log of its device a database belongs, by the token in it and by when it was copied (epoch ms), where somebody says so.
 * `current`: it names a page of ours, so that what is known of the revisions there is of the same past. Throws `Problem('conflict')` for the database of another device.
 */
export async function placeIn(
  db: Db,
  home: Pick<Home, 'key' | 'formerKeys' | 'ledger'>,
  device: Device,
  { token: text, takenAt }: { token: string | null; takenAt: number | null },
): Promise<{ place: Place | null; current: boolean }> {
  const last = (await lastEntry(db, device.id)) ?? { seq: 0, at: 0 }
  const token = readTokenWith([home.key, ...home.formerKeys], text ?? undefined)
  const named = token?.ledger === home.ledger ? await pageById(db, token.page) : undefined
  if (named && named.device !== device.id)
    throw new Problem(
      'conflict',
      `This is the database of another Kobo, and not of “${device.name}”.`,
    )
  const page =
    named && (await cluesOf(db, device.id, { id: token?.page ?? '', seq: named.seq }, last))
  const taken =
    takenAt === null ? null : { seq: await lastSeqAt(db, device.id, takenAt), at: takenAt }
  return { place: placeOf({ page: page ?? null, taken, last }), current: page !== undefined }
}

async function cluesOf(
  db: Db,
  device: string,
  named: { id: string; seq: number },
  last: Mark,
): Promise<NonNullable<Clues['page']>> {
  const next = await nextPage(db, device, named.seq)
  const returns = next ? await returnsOf(db, device, named.id, next.seq) : []
  const returned = returns.at(-1)
  return {
    ...(await entryAt(db, device, named.seq)),
    sessionEnds: await endOfSession(db, device, named.seq, last),
    nextPage: next,
    returns,
    following: returned === undefined ? next : await nextPage(db, device, returned),
  }
}

/** Where a page was returned after the entry at `seq`. */
async function returnsOf(db: Db, device: string, page: string, seq: number): Promise<number[]> {
  const rows = await db
    .selectFrom('log')
    .select('seq')
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'returned')
    .where('page', '=', page)
    .where('seq', '>', seq)
    .orderBy('seq')
    .execute()
  return rows.map((row) => row.seq)
}

/** The last entry before the first session that began after the entry at `seq`. */
async function endOfSession(db: Db, device: string, seq: number, last: Mark): Promise<Mark> {
  const next = await sessionAfter(db, device, seq)
  if (!next) return last
  const end = await db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('seq', '<', next.seq)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return end ?? last
}

async function entryAt(db: Db, device: string, seq: number): Promise<Mark> {
  return db
    .selectFrom('page')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('seq', '=', seq)
    .executeTakeFirstOrThrow()
}

/** The next page that was issued to the device itself. */
async function nextPage(db: Db, device: string, seq: number): Promise<Mark | null> {
  const page = await db
    .selectFrom('page')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('stranger', '=', 0)
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst()
  return page ?? null
}

/** The last entry that had arrived by `at` (epoch ms); 0 for none. */
async function lastSeqAt(db: Db, device: string, at: number): Promise<number> {
  const entry = await db
    .selectFrom('log')
    .select('seq')
    .where('device', '=', device)
    .where('at', '<=', at)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return entry?.seq ?? 0
}
