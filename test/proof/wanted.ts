import { deviceOf } from './calls.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

/** Books on a shelf that a Kobo carries. */
export async function shelvedFor(world: World, witness: Witnessed): Promise<Set<string>> {
  const { shelves } = await deviceOf(world, witness)
  const rows = await world.stage.house.server.home.db.read
    .selectFrom('shelf_book')
    .innerJoin('book', 'book.id', 'shelf_book.book')
    .select('book.id')
    .where('shelf_book.shelf', 'in', shelves ?? [])
    .where('book.deleted_at', 'is', null)
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Remembers which books are to be there, and which were to leave at any time since they were first. */
export async function noteWanted(world: World, witness: Witnessed): Promise<void> {
  const shelved = await shelvedFor(world, witness)
  for (const book of world.stage.books) {
    const isWanted = shelved.has(book) && !witness.removed.has(book)
    if (isWanted) witness.wanted.add(book)
    else if (witness.wanted.has(book)) witness.unwanted.add(book)
  }
}

/**
 * A book that its owner wants there is not removed, whether it can be sent at the moment or not and whatever went wrong. One that was to
 * leave at some time may be removed late, on a Kobo with which something went wrong.
 */
export async function checkRemovals(
  world: World,
  witness: Witnessed,
  gone: readonly string[],
  isWhole: boolean,
): Promise<void> {
  world.stage.tally.check('I3')
  if (gone.length === 0) return
  const isPlain = isWhole && !witness.isTroubled && !witness.isDisturbed
  const shelved = await shelvedFor(world, witness)
  for (const id of gone) {
    if (!shelved.has(id) || witness.removed.has(id) || witness.exempt.has(id)) continue
    if (witness.takenBack.has(id)) continue
    if (!isPlain && witness.unwanted.has(id)) continue
    if (await wasTakenBack(world, witness, id)) continue
    fail(world, 'I3', `${id} was removed, and is wanted`)
  }
}

/** A book whose download broke off for good is taken back, to be offered anew. */
async function wasTakenBack({ stage: { house } }: World, { device }: Witnessed, book: string) {
  const rows = await house.server.home.db.read
    .selectFrom('log')
    .select('kind')
    .where('device', '=', device)
    .where('book', '=', book)
    .where('kind', 'in', ['download-cut', 'retract'])
    .orderBy('seq')
    .execute()
  return rows[0]?.kind === 'download-cut' && rows.some(({ kind }) => kind === 'retract')
}
