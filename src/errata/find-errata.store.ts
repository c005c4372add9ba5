import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Db, Schema } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import { actionsOf, isErratumKind } from './erratum.ts'
import type { Erratum, ErratumKind } from './erratum.ts'

/** Who looks: everyone sees their own errata, the owner also those that are nobody's in particular. */
export type Reader = { id: string; owner: boolean }

/** The open errata that `reader` may see, newest first, at most `limit`; `next` asks for those after them. */
export async function listErrata(
  db: Db,
  reader: Reader,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ errata: Erratum[]; next: string | null }> {
  let query = db
    .selectFrom('erratum')
    .selectAll()
    .where('closed_at', 'is', null)
    .where((where) =>
      reader.owner
        ? where.or([where('person', '=', reader.id), where('person', 'is', null)])
        : where('person', '=', reader.id),
    )
  if (after !== undefined) {
    const { at, id } = readPlace(after)
    query = query.where((where) =>
      where.or([where('at', '<', at), where.and([where('at', '=', at), where('id', '>', id)])]),
    )
  }
  const rows = await query
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    errata: shown.flatMap((row) => toErratum(row) ?? []),
    next: rows.length > limit && last ? `${last.at}:${last.id}` : null,
  }
}

/** How many errata are open that `reader` may see. */
export async function countErrata(db: Db, reader: Reader): Promise<number> {
  const row = await db
    .selectFrom('erratum')
    .where('closed_at', 'is', null)
    .where((where) =>
      reader.owner
        ? where.or([where('person', '=', reader.id), where('person', 'is', null)])
        : where('person', '=', reader.id),
    )
    .select((part) => part.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** The erratum with this id, open or closed. Whether somebody may see it is asked with `maySee`. */
export async function erratumById(db: Db, id: string): Promise<Erratum | undefined> {
  const row = await db.selectFrom('erratum').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toErratum(row)
}

/** The open erratum of this kind about `subject`. */
export async function openErratum(
  db: Db,
  kind: ErratumKind,
  subject: string,
): Promise<Erratum | undefined> {
  const row = await db
    .selectFrom('erratum')
    .selectAll()
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return row && toErratum(row)
}

/** The open errata of this kind about a device, oldest first. */
export async function openErrataOf(db: Db, device: string, kind: ErratumKind): Promise<Erratum[]> {
  const rows = await db
    .selectFrom('erratum')
    .selectAll()
    .where('device', '=', device)
    .where('kind', '=', kind)
    .where('closed_at', 'is', null)
    .orderBy('at')
    .execute()
  return rows.flatMap((row) => toErratum(row) ?? [])
}

/** What is told of this kind, everywhere or on one device, oldest first: open errata, and dismissed ones whose cause is not gone. */
export async function toldErrata(
  db: Db,
  { kind, device }: { kind: ErratumKind; device?: string },
): Promise<Erratum[]> {
  const rows = await db
    .selectFrom('erratum')
    .selectAll()
    .where('kind', '=', kind)
    .where((is) => is.or([is('closed_at', 'is', null), is('quiet_until', 'is not', null)]))
    .$if(device !== undefined, (query) => query.where('device', '=', device ?? ''))
    .orderBy('at')
    .execute()
  return rows.flatMap((row) => toErratum(row) ?? [])
}

/** When an erratum of this kind about `subject` was last closed, in epoch ms. */
export async function lastClosed(
  db: Db,
  kind: ErratumKind,
  subject: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('erratum')
    .select('closed_at')
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('closed_at', 'is not', null)
    .orderBy('closed_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.closed_at ?? undefined
}

/** When the newest erratum of this kind about `subject` was filed, open or closed, in epoch ms. */
export async function lastFiled(
  db: Db,
  kind: ErratumKind,
  subject: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('erratum')
    .select('at')
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.at
}

/** Whether `reader` may see this erratum and act on it. */
export function maySee(erratum: Pick<Erratum, 'person'>, reader: Reader): boolean {
  return erratum.person === null ? reader.owner : erratum.person === reader.id
}

const Detail = z.record(z.string(), z.string())

function toErratum(row: Selectable<Schema['erratum']>): Erratum | undefined {
  const { kind } = row
  if (!isErratumKind(kind)) return undefined
  return {
    id: row.id,
    kind,
    subject: row.subject,
    person: row.person,
    device: row.device,
    book: row.book,
    cause: row.cause,
    consequence: row.consequence,
    actions: actionsOf(kind),
    detail: row.detail === null ? {} : Detail.parse(JSON.parse(row.detail)),
    at: row.at,
    closedAt: row.closed_at,
    closedBecause: row.closed_because,
  }
}

function readPlace(text: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,15}):([\w-]{1,64})$/.exec(text) ?? []
  if (at === undefined || id === undefined)
    throw new Problem('invalid', 'That is not a place in this list.')
  return { at: Number(at), id }
}
