import { ask } from './calls.ts'
import type { Witnessed } from './witness.ts'
import type { World } from './world.ts'

/** The shelf of a book: the first four stand on the one that both carry. */
export function shelfOf(world: World, book: number): string {
  return world.shelves[book < 4 ? 0 : 1]
}

/** Whose Kobos carry the shelf of a book. */
export function carriersOf(world: World, book: number): Witnessed[] {
  return book < 4 ? [...world.kobos] : [world.kobos[0]]
}

/** Puts a book on its shelf. A book that comes there anew is wanted again, also where its reader removed it. */
export async function shelve(world: World, book: number): Promise<void> {
  const id = world.stage.books[book] ?? ''
  const shelf = shelfOf(world, book)
  const stood = await isShelved(world, shelf, id)
  const carriers = carriersOf(world, book)
  const before = carriers.map(({ kobo }) => kobo.state().unsent.deletes.includes(id))
  if (!(await ask(world, 'PUT', `/shelves/${shelf}/books/${id}`)) || stood) return
  // A removal that was not heard yet comes later than this wish.
  for (const [index, each] of carriers.entries()) if (!before[index]) each.removed.delete(id)
}

async function isShelved({ stage: { house } }: World, shelf: string, book: string) {
  const row = await house.server.home.db.read
    .selectFrom('shelf_book')
    .select('book')
    .where('shelf', '=', shelf)
    .where('book', '=', book)
    .executeTakeFirst()
  return row !== undefined
}

/** Any of these books may be sent anew although it is there: its owner said so. */
export function consent(world: World, witness: Witnessed, books = world.stage.books): void {
  witness.isTroubled = true
  for (const book of books) witness.consents.set(book, (witness.consents.get(book) ?? 0) + 1)
}
