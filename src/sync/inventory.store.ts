import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'
import type { Holding } from './holding.ts'

/** The kinds of the newest entries of a device's log and when they arrived (epoch ms), newest first: as many as a sync makes. */
export async function recentKinds(db: Db, device: string): Promise<{ kind: string; at: number }[]> {
  return db
    .selectFrom('log')
    .select(['kind', 'at'])
    .where('device', '=', device)
    .orderBy('seq', 'desc')
    .limit(500)
    .execute()
}

/** Whether any of these books was ever named by a list of the device. */
export async function wereEverListed(
  db: Db,
  device: string,
  books: readonly string[],
): Promise<boolean> {
  for (const some of inChunks(books)) {
    const row = await db
      .selectFrom('log')
      .select('seq')
      .where('device', '=', device)
      .where('book', 'in', some)
      .where('kind', '=', 'listed')
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
}

/** Whether a book is there, as far as a list of books is concerned. */
export type Presence = Pick<Holding, 'state' | 'file' | 'listed'>

/** The presence of every book that a device's log says anything of. */
export async function presenceOf(db: Db, device: string): Promise<Map<string, Presence>> {
  const rows = await db
    .selectFrom('holding')
    .select(['book', 'state', 'file', 'listed'])
    .where('device', '=', device)
    .execute()
  return new Map(
    rows.map((row) => [
      row.book,
      { state: row.state, file: row.file === 1, listed: row.listed === 1 },
    ]),
  )
}
