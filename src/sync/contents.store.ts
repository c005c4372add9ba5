import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import type { Holding } from './holding.ts'
import { carriedShelves } from './pair.store.ts'
import type { Status } from './status.ts'

/** A book that a device may have or should have. */
export type ContentRow = {
  id: string
  title: string
  sortTitle: string
  deleted: boolean
  /** On a shelf that the device carries. */
  carried: boolean
  /** Its artifact is finished. */
  prepared: boolean
}

/** Where a part of the contents begins: after this book, in the order of titles. */
export type Place = { sortTitle: string; id: string }

/** Which books of a device are looked at. */
export type Looked = {
  limit: number
  after?: Place | undefined
  /** Only those that may have one of these statuses. */
  statuses?: readonly Status[] | undefined
  /** Only this one. */
  book?: string | undefined
}

/**
 * The books in a device's contents in the order of their titles: those of which its ledger says anything, and those that it should
 * get. A deleted book is among them until its removal was acknowledged. Reads by index, as far as `limit`.
 */
export async function contentRows(db: Db, device: Device, looked: Looked): Promise<ContentRow[]> {
  const wasMoved = looked.statuses?.includes('doubtful') === true && (await wentBack(db, device.id))
  const parts: ContentRow[] = []
  for (const deleted of [false, true])
    parts.push(...(await rowsOf(db, device, looked, { deleted, wasMoved })))
  return parts
    .sort((one, other) => order(one.sortTitle, other.sortTitle) || order(one.id, other.id))
    .slice(0, looked.limit)
}

async function rowsOf(
  db: Db,
  device: Device,
  { limit, after, statuses, book }: Looked,
  { deleted, wasMoved }: { deleted: boolean; wasMoved: boolean },
): Promise<ContentRow[]> {
  const carried = db
    .selectFrom('shelf_book')
    .select('shelf_book.book')
    .where('shelf_book.shelf', 'in', carriedShelves(db, device))
  const rows = await db
    .selectFrom('book')
    .leftJoin('holding', (join) =>
      join.onRef('holding.book', '=', 'book.id').on('holding.device', '=', device.id),
    )
    .select(['book.id', 'book.title', 'book.sort_title', 'book.artifact'])
    .select((row) => row('book.id', 'in', carried).as('carried'))
    .where('book.deleted_at', deleted ? 'is not' : 'is', null)
    .where((row) =>
      // Not "<> 'none'": a join that needs a holding would begin with all of them, and not with the few deleted books.
      deleted
        ? row.or([
            row(row.fn.coalesce('holding.state', row.val('none')), '<>', 'none'),
            row(row.fn.coalesce('holding.excluded', row.val(0)), '=', 1),
          ])
        : row.or([row('holding.state', 'is not', null), row('book.id', 'in', carried)]),
    )
    .$if(after !== undefined, (query) =>
      query.where((row) =>
        row.and([
          row('book.sort_title', '>=', after?.sortTitle ?? ''),
          row.or([
            row('book.sort_title', '>', after?.sortTitle ?? ''),
            row('book.id', '>', after?.id ?? ''),
          ]),
        ]),
      ),
    )
    .$if(book !== undefined, (query) => query.where('book.id', '=', book ?? ''))
    .$if(statuses !== undefined, (query) =>
      query.where((row) =>
        row.or(
          (statuses ?? [])
            .flatMap((status) => POSSIBLE[status])
            .filter((possible) => !possible.moved || wasMoved)
            .map((possible) =>
              row.and([
                row.or(
                  possible.states.map((state) =>
                    state === null
                      ? row('holding.state', 'is', null)
                      : row('holding.state', '=', state),
                  ),
                ),
                ...(possible.file ? [row('holding.file', '=', 1)] : []),
                ...(possible.excluded ? [row('holding.excluded', '=', 1)] : []),
                ...(possible.uncarried && !deleted ? [row('book.id', 'not in', carried)] : []),
                ...(possible.denied && !wasMoved
                  ? [
                      row.exists(
                        row
                          .selectFrom('log')
                          .select('log.seq')
                          .where('log.device', '=', device.id)
                          .whereRef('log.book', '=', 'book.id')
                          .where('log.kind', 'in', ['unlisted', 'missed']),
                      ),
                    ]
                  : []),
              ]),
            ),
        ),
      ),
    )
    .orderBy('book.sort_title')
    .orderBy('book.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    sortTitle: row.sort_title,
    deleted,
    carried: Boolean(row.carried),
    prepared: row.artifact !== null,
  }))
}

/** The device or this server went back in time once, so that more than an entry about a book may speak against it. */
async function wentBack(db: Db, device: string): Promise<boolean> {
  const row = await db
    .selectFrom('log')
    .select('seq')
    .where('device', '=', device)
    .where('book', 'is', null)
    .where('kind', 'in', ['restored', 'rolled-back'])
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Holdings with which a book may have a status; null is a book that the ledger does not name. */
type Possible = {
  states: readonly (Holding['state'] | null)[]
  file?: true
  excluded?: true
  uncarried?: true
  /** Something about the book speaks against it, or the device or server went back in time. */
  denied?: true
  /** The device or server went back in time: nothing less bears on a book that the ledger does not name. */
  moved?: true
}

/** What a status takes at least. Which one it is is decided by `statusOf`; this spares reading the entries of all others. */
const POSSIBLE: Record<Status, readonly Possible[]> = {
  excluded: [{ states: ['none', 'offered', 'held', 'unsure'], excluded: true }],
  missing: [{ states: ['none', 'unsure'] }],
  leaving: [{ states: ['offered', 'unsure'] }],
  orphan: [{ states: ['held'], uncarried: true }],
  foreign: [],
  doubtful: [
    { states: ['unsure'] },
    { states: [null], moved: true },
    { states: ['held'], denied: true },
  ],
  'on-device': [{ states: ['held'], file: true }],
  entitled: [{ states: ['held'] }],
  offered: [{ states: ['offered', 'unsure'] }],
  preparing: [{ states: ['none', 'unsure', null] }],
  waiting: [{ states: ['none', 'unsure', null] }],
  'not-wanted': [{ states: ['none'] }],
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
