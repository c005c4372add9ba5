import type { Selectable } from 'kysely'
import { inChunks } from '../db/in-chunks.ts'
import type { Db, Schema, Tx } from '../db/schema.ts'
import type { Artifact, MadeArtifact } from './artifact.ts'
import { insertSpanMap } from './span-map.store.ts'

/**
 * The finished artifacts with these hashes, by hash. Hashes without one are absent. Two books may have come to the same bytes: that
 * of either is given, and of one that is a KEPUB that one.
 */
export async function artifactsByHashes(
  db: Db,
  hashes: readonly string[],
): Promise<Map<string, Artifact>> {
  const found = new Map<string, Artifact>()
  for (const some of inChunks(hashes)) {
    const rows = await db
      .selectFrom('artifact')
      .selectAll()
      .where('hash', 'in', some)
      .orderBy('format')
      .execute()
    for (const row of rows) found.set(row.hash, toArtifact(row))
  }
  return found
}

/** The finished artifact of this book with this hash. */
export async function artifactOf(
  db: Db,
  book: string,
  hash: string,
): Promise<Artifact | undefined> {
  const row = await db
    .selectFrom('artifact')
    .selectAll()
    .where('hash', '=', hash)
    .where('book', '=', book)
    .executeTakeFirst()
  return row && toArtifact(row)
}

/**
 * Enters a finished artifact and its spans. From now on it is what devices are offered, unless the book was given another file
 * meanwhile.
 */
export async function finishArtifact(tx: Tx, artifact: MadeArtifact, now: number): Promise<void> {
  const { hash, book, fileRev, format, size, converted, spans } = artifact
  const { scheme, converter } = converted ?? { scheme: null, converter: null }
  await tx
    .insertInto('artifact')
    .values({ hash, book, file_rev: fileRev, format, size, scheme, converter, finished_at: now })
    .onConflict((conflict) => conflict.columns(['hash', 'book']).doNothing())
    .execute()
  if (spans) await insertSpanMap(tx, hash, spans)
  await tx
    .updateTable('book')
    .set({ artifact: hash, lease_until: null, prepare_failures: 0, prepare_interrupted: 0 })
    .where('id', '=', book)
    .where('file_rev', '=', fileRev)
    .execute()
}

function toArtifact(row: Selectable<Schema['artifact']>): Artifact {
  const { hash, book, file_rev: fileRev, format, size } = row
  return { hash, book, fileRev, format, size }
}
