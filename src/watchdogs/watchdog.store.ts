import { inChunks } from '../db/in-chunks.ts'
import type { Db, Tx } from '../db/schema.ts'
import type { Mark } from '../sync/log.ts'
import type { Titled } from '../errata/watchdog-errata.ts'

/** The devices that may have something to tell, or of which something is told: a revoked one of which nothing is told has neither. */
export async function watchedDevices(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom('device')
    .select('id')
    .where((is) =>
      is.or([
        is('revoked_at', 'is', null),
        is(
          'id',
          'in',
          is
            .selectFrom('erratum')
            .select('device')
            .where('device', 'is not', null)
            .where((told) =>
              told.or([told('closed_at', 'is', null), told('quiet_until', 'is not', null)]),
            )
            .$castTo<{ device: string }>(),
        ),
      ]),
    )
    .execute()
  return rows.map((row) => row.id)
}

/** Books of which a download to the device may be under way or may have failed. */
export async function watchedBooks(db: Db, device: string): Promise<string[]> {
  const rows = await db
    .selectFrom('download_watch')
    .select('book')
    .where('device', '=', device)
    .execute()
  return rows.map((row) => row.book)
}

/** Lets go of books whose file arrived after everything else that was heard of its download; nearly all of them. */
export async function letGoOfCompleted(tx: Tx, device: string): Promise<void> {
  await tx
    .deleteFrom('download_watch')
    .where('device', '=', device)
    .where('book', 'in', completedBooks(tx, device))
    .execute()
}

/** Whether the file of any watched book arrived after everything else that was heard of its download. */
export async function isAnyCompleted(db: Db, device: string): Promise<boolean> {
  return (await completedBooks(db, device).limit(1).executeTakeFirst()) !== undefined
}

function completedBooks(db: Db, device: string) {
  return db
    .selectFrom('download_watch')
    .innerJoin('log', (join) =>
      join
        .onRef('log.device', '=', 'download_watch.device')
        .onRef('log.book', '=', 'download_watch.book'),
    )
    .select('download_watch.book')
    .where('download_watch.device', '=', device)
    .where('log.kind', '=', 'download-completed')
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('log as later')
            .select('later.seq')
            .whereRef('later.device', '=', 'log.device')
            .whereRef('later.book', '=', 'log.book')
            .whereRef('later.seq', '>', 'log.seq')
            .where('later.kind', 'in', ['metadata-asked', 'download-begun', 'download-cut']),
        ),
      ),
    )
}

/** Lets go of books whose download is over. */
export async function letGo(tx: Tx, device: string, books: readonly string[]): Promise<void> {
  for (const some of inChunks(books))
    await tx
      .deleteFrom('download_watch')
      .where('device', '=', device)
      .where('book', 'in', some)
      .execute()
}

/** The ends of a device's syncs, oldest first. */
export async function completesOf(db: Db, device: string): Promise<Mark[]> {
  return db
    .selectFrom('log')
    .select(['seq', 'at'])
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', '=', 'complete')
    .orderBy('seq')
    .execute()
}

/** The titles of these books, deleted ones included. */
export async function titlesOf(
  db: Db,
  ids: readonly string[],
): Promise<Map<string, Titled & { metaRev: number; isDeleted: boolean }>> {
  const titles = new Map<string, Titled & { metaRev: number; isDeleted: boolean }>()
  for (const some of inChunks(ids)) {
    const rows = await db
      .selectFrom('book')
      .select(['id', 'title', 'meta_rev', 'deleted_at'])
      .where('id', 'in', some)
      .execute()
    for (const { id, title, meta_rev, deleted_at } of rows)
      titles.set(id, { id, title, metaRev: meta_rev, isDeleted: deleted_at !== null })
  }
  return titles
}

/** Whether the device may hold the file of any book. */
export async function mayHoldFiles(db: Db, device: string): Promise<boolean> {
  const row = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('file', '=', 1)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The kinds of requests that were first seen after `since` (epoch ms), the newest first. */
export async function unknownKindsSince(
  db: Db,
  since: number,
): Promise<{ method: string; shape: string; firmware: string }[]> {
  return db
    .selectFrom('unknown_request')
    .select(['method', 'shape', 'firmware'])
    .where('first_at', '>', since)
    .orderBy('first_at', 'desc')
    .orderBy('shape')
    .execute()
}
