import type { Db, Tx } from '../db/schema.ts'
import { beyondTheSet } from './annotation-set.ts'

/** An annotation PATCH as it came. */
export type AnnotationPatch = {
  /** Known only when it came with an access token of ours, as is the device. */
  person: string | null
  device: string | null
  /** The id in its path: of a book of ours, or of anything else on the Kobo. */
  content: string
  verified: boolean
  at: number
  body: string
}

/** Keeps a PATCH for ever. */
export async function spoolPatch(tx: Tx, patch: AnnotationPatch): Promise<void> {
  await tx
    .insertInto('annotation_patch')
    .values({
      ...patch,
      verified: patch.verified ? 1 : 0,
      beyond: beyondTheSet(patch.body),
    })
    .execute()
}

/** Bodies of the PATCHes by which a person's Kobos told of their annotations in `content`, in the order they came. */
export async function patchesOf(db: Db, person: string, content: string): Promise<string[]> {
  const rows = await db
    .selectFrom('annotation_patch')
    .select('body')
    .where('person', '=', person)
    .where('content', '=', content)
    .where('verified', '=', 1)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.body)
}

/** How many PATCHes came from nobody we know. */
export async function countUnverified(db: Db): Promise<number> {
  const row = await db
    .selectFrom('annotation_patch')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('person', 'is', null)
    .executeTakeFirstOrThrow()
  return row.count
}

/** Notes that somebody without a token of ours asked for the annotations of a book of ours. */
export async function noteUnverifiedReading(tx: Tx, book: string, at: number): Promise<void> {
  await tx
    .insertInto('unverified_reading')
    .values({ book, at })
    .onConflict((conflict) => conflict.column('book').doUpdateSet({ at }))
    .execute()
}

/** When somebody without a token of ours last asked for the annotations of this book, in epoch ms. */
export async function unverifiedReadingOf(db: Db, book: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('unverified_reading')
    .select('at')
    .where('book', '=', book)
    .executeTakeFirst()
  return row?.at
}
