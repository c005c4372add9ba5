import type { Db, Tx } from '../db/schema.ts'

/** Stars (1 to 5) that a person gave to a book of ours, or to anything else on a Kobo, and when (epoch ms). */
export type Rating = { person: string; book: string; stars: number; at: number }

/** Keeps a rating in the place of an earlier one, of at most `limit` books for each person. */
export async function saveRating(tx: Tx, rating: Rating, limit: number): Promise<void> {
  const { stars, at, person } = rating
  const { kept } = await tx
    .selectFrom('rating')
    .select((expression) => expression.fn.countAll<number>().as('kept'))
    .where('person', '=', person)
    .executeTakeFirstOrThrow()
  if (kept >= limit) return
  await tx
    .insertInto('rating')
    .values(rating)
    .onConflict((conflict) => conflict.columns(['person', 'book']).doUpdateSet({ stars, at }))
    .execute()
}

/** What a person gave to these books. */
export async function ratingsOf(
  db: Db,
  person: string,
  books: readonly string[],
): Promise<Map<string, Rating>> {
  if (books.length === 0) return new Map()
  const rows = await db
    .selectFrom('rating')
    .selectAll()
    .where('person', '=', person)
    .where('book', 'in', books)
    .execute()
  return new Map(rows.map((row) => [row.book, row]))
}
