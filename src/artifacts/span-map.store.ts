import type { Db, Tx } from '../db/schema.ts'
import { unpackSpans, type BookSpans } from './book-spans.ts'

/** Stores the packed span map of an artifact, in the transaction that finishes it. The same bytes have the same map. */
export async function insertSpanMap(tx: Tx, artifact: string, packed: Buffer): Promise<void> {
  await tx
    .insertInto('span_map')
    .values({ artifact, documents: packed })
    .onConflict((conflict) => conflict.column('artifact').doNothing())
    .execute()
}

/** The spans of the artifact with this hash; undefined for one without, such as a plain EPUB. */
export async function spanMapOf(db: Db, artifact: string): Promise<BookSpans | undefined> {
  const row = await db
    .selectFrom('span_map')
    .select('documents')
    .where('artifact', '=', artifact)
    .executeTakeFirst()
  return row && unpackSpans(row.documents)
}
