import type { Db } from '../db/schema.ts'

/** The books that were given another file since they came, with the number of their file. */
export async function refiledBooks(db: Db): Promise<{ id: string; fileRev: number }[]> {
  return await db
    .selectFrom('book')
    .select(['id', 'file_rev as fileRev'])
    .where('file_rev', '>', 1)
    .execute()
}
