import type { Db, Tx } from '../db/schema.ts'
import { isEvent } from './erratum.ts'
import type { Erratum, ErratumKind, NewErratum } from './erratum.ts'

/** So long a person who dismissed an erratum is not told the same again, in ms: thirty days. */
const QUIET = 30 * 24 * 60 * 60_000

/**
 * Files an erratum under `id`. While one of the same kind and subject is open, that one takes the new words instead and
 * keeps its id and its age. What a person dismissed is not filed again until its cause was gone or thirty days passed.
 */
export async function fileErratum(
  tx: Tx,
  erratum: NewErratum,
  id: string,
  now: number,
): Promise<void> {
  if (await isQuiet(tx, erratum, now)) return
  const { kind, subject, person, device, book, cause, consequence } = erratum
  const detail = JSON.stringify(erratum.detail)
  await tx
    .insertInto('erratum')
    .values({ id, kind, subject, person, device, book, cause, consequence, detail, at: now })
    .onConflict((conflict) =>
      conflict
        .columns(['kind', 'subject'])
        .where('closed_at', 'is', null)
        .doUpdateSet({ cause, consequence, detail }),
    )
    .execute()
}

/** Closes the erratum for this reason. Answers whether it was open. */
export async function closeErratum(
  tx: Tx,
  id: string,
  because: string,
  now: number,
): Promise<boolean> {
  const closed = await tx
    .updateTable('erratum')
    .set({ closed_at: now, closed_because: because })
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .executeTakeFirst()
  return closed.numUpdatedRows > 0n
}

/**
 * A person closes the erratum, and says why. The same is not told again until its cause was gone or thirty days passed. Answers
 * whether it was open.
 */
export async function dismissErratum(
  tx: Tx,
  erratum: Pick<Erratum, 'id' | 'kind'>,
  reason: string,
  now: number,
): Promise<boolean> {
  const closed = await closeErratum(tx, erratum.id, reason, now)
  if (closed && !isEvent(erratum.kind))
    await tx
      .updateTable('erratum')
      .set({ quiet_until: now + QUIET })
      .where('id', '=', erratum.id)
      .execute()
  return closed
}

/** Whether a person dismissed the same and its cause was never gone since. */
export async function isQuiet(
  db: Db,
  { kind, subject }: Pick<Erratum, 'kind' | 'subject'>,
  now: number,
): Promise<boolean> {
  const row = await db
    .selectFrom('erratum')
    .select('id')
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('quiet_until', '>', now)
    .executeTakeFirst()
  return row !== undefined
}

/** Closes what is open about `subject`, because what it tells of is solved. Should it come back, it is told anew. */
export async function closeErrataAbout(
  tx: Tx,
  kind: ErratumKind,
  subject: string,
  because: string,
  now: number,
): Promise<void> {
  await tx
    .updateTable('erratum')
    .set({ quiet_until: null })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('quiet_until', 'is not', null)
    .execute()
  await tx
    .updateTable('erratum')
    .set({ closed_at: now, closed_because: because })
    .where('kind', '=', kind)
    .where('subject', '=', subject)
    .where('closed_at', 'is', null)
    .execute()
}
