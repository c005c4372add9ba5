import { inChunks } from '../db/in-chunks.ts'
import type { Db } from '../db/schema.ts'

/** Which of these ids are books of this catalogue, tombstones included. */
export async function knownBooks(db: Db, ids: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>()
  const all = [...new Set(ids)]
  for (const some of inChunks(all)) {
    const rows = await db.selectFrom('book').select('id').where('id', 'in', some).execute()
    for (const row of rows) known.add(row.id)
  }
  return known
}

/** Every book, tombstones included. */
export async function everyBook(db: Db): Promise<string[]> {
  return (await db.selectFrom('book').select('id').execute()).map((row) => row.id)
}

/** The title of a book of this catalogue; its id where there is none. */
export async function titleOf(db: Db, id: string): Promise<string> {
  const row = await db.selectFrom('book').select('title').where('id', '=', id).executeTakeFirst()
  return row?.title ?? id
}

/** The titles of those of these books that are of this catalogue. */
export async function titlesOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const titles = new Map<string, string>()
  for (const some of inChunks(ids)) {
    const rows = await db
      .selectFrom('book')
      .select(['id', 'title'])
      .where('id', 'in', some)
      .execute()
    for (const { id, title } of rows) titles.set(id, title)
  }
  return titles
}
