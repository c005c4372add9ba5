import type { Db, Tx } from '../db/schema.ts'

/** A collection that a reader made on a Kobo; `device` is where, when that is known. Instants are epoch ms. */
export type Tag = {
  id: string
  person: string
  device: string | null
  name: string
  createdAt: number
}

/** The collection of this name that was made on a device and was not deleted. */
export async function tagNamed(
  db: Db,
  tag: Pick<Tag, 'person' | 'device' | 'name'>,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('tag')
    .select('id')
    .where('person', '=', tag.person)
    .where('name', '=', tag.name)
    .where('device', 'is', tag.device)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row?.id
}

/** Whether a person has a collection with this id that was not deleted. */
export async function hasTag(db: Db, person: string, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('tag')
    .select('id')
    .where('id', '=', id)
    .where('person', '=', person)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

/** How many collections a person made, deleted ones included. */
export async function countTags(db: Db, person: string): Promise<number> {
  const { tags } = await db
    .selectFrom('tag')
    .select((expression) => expression.fn.countAll<number>().as('tags'))
    .where('person', '=', person)
    .executeTakeFirstOrThrow()
  return tags
}

/** Adds a collection without books. */
export async function insertTag(tx: Tx, tag: Tag): Promise<void> {
  const { createdAt, ...row } = tag
  await tx
    .insertInto('tag')
    .values({ ...row, created_at: createdAt, changed_at: createdAt, deleted_at: null })
    .execute()
}

/** Gives a collection another name. */
export async function renameTag(tx: Tx, id: string, name: string, now: number): Promise<void> {
  await tx.updateTable('tag').set({ name, changed_at: now }).where('id', '=', id).execute()
}

/** Takes a collection away: that it was there is remembered, what was in it is not. */
export async function deleteTag(tx: Tx, id: string, now: number): Promise<void> {
  await tx.deleteFrom('tag_item').where('tag', '=', id).execute()
  await tx
    .updateTable('tag')
    .set({ deleted_at: now, changed_at: now })
    .where('id', '=', id)
    .execute()
}

/** Puts books into a collection, as many as fit into `limit`. */
export async function addToTag(
  tx: Tx,
  id: string,
  books: readonly string[],
  { limit, now }: { limit: number; now: number },
): Promise<void> {
  const { full } = await tx
    .selectFrom('tag_item')
    .select((expression) => expression.fn.countAll<number>().as('full'))
    .where('tag', '=', id)
    .executeTakeFirstOrThrow()
  const rows = books.slice(0, Math.max(0, limit - full)).map((book) => ({ tag: id, book, at: now }))
  if (rows.length > 0)
    await tx
      .insertInto('tag_item')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['tag', 'book']).doNothing())
      .execute()
  await tx.updateTable('tag').set({ changed_at: now }).where('id', '=', id).execute()
}

/** Takes books out of a collection. */
export async function removeFromTag(
  tx: Tx,
  id: string,
  books: readonly string[],
  now: number,
): Promise<void> {
  if (books.length > 0)
    await tx.deleteFrom('tag_item').where('tag', '=', id).where('book', 'in', books).execute()
  await tx.updateTable('tag').set({ changed_at: now }).where('id', '=', id).execute()
}
