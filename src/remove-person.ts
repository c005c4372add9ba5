import type { Db } from './db/schema.ts'
import type { Home } from './home.ts'
import type { Person } from './people/person.ts'
import { ownersBut, personById } from './people/person.store.ts'
import { Problem } from './problem.ts'
import {
  countBelongings,
  deleteBelongings,
  deleteWaysIn,
  forgetDevices,
  markRemoved,
  passErrataOn,
} from './remove-person.store.ts'
import { writeNotes } from './sync/facts.ts'

/** What becomes of everything when somebody is removed. */
export type Removal = {
  id: string
  name: string
  /** How many shelves go. */
  shelves: number
  /** The names of the Kobos that are let in no more. */
  devices: string[]
  /** How many API tokens open nothing any more. */
  tokens: number
  /** How many books they brought, which stay. */
  brought: number
  /** All of it in sentences. */
  sentences: string[]
}

/** What would become of everything if this person were removed. Throws `Problem('not_found')` or, for the only owner, `conflict`. */
export async function foretellRemoval(db: Db, id: string): Promise<Removal> {
  const person = await removable(db, id)
  const counted = await countBelongings(db, id)
  return { id, name: person.name, ...counted, sentences: sentencesOf(person.name, counted) }
}

/**
 * Removes a person with everything that is theirs alone, in one transaction, and says what became of it. Nothing of anybody else is
 * touched: books that they brought stay in the library. Throws as `foretellRemoval` does.
 */
export async function removePerson(home: Home, id: string): Promise<Removal> {
  // What their Kobos were just noted to do is written now, not after everything of them is gone.
  await writeNotes(home)
  const now = home.now()
  return home.db.transact(async (tx) => {
    const removal = await foretellRemoval(tx, id)
    await deleteWaysIn(tx, id)
    await deleteBelongings(tx, id)
    await passErrataOn(tx, id)
    await forgetDevices(tx, id, now)
    await markRemoved(tx, id, now)
    return removal
  })
}

async function removable(db: Db, id: string): Promise<Person> {
  const person = await personById(db, id)
  if (!person) throw new Problem('not_found', 'There is nobody with that id.')
  if (person.owner && (await ownersBut(db, id)) === 0)
    throw new Problem('conflict', `${person.name} is the only owner of this server, and stays.`)
  return person
}

function sentencesOf(
  name: string,
  {
    shelves,
    devices,
    tokens,
    brought,
  }: Pick<Removal, 'shelves' | 'devices' | 'tokens' | 'brought'>,
): string[] {
  const kobos = devices.map((device) => `“${device}”`).join(', ')
  return [
    `${name} can sign in no more, and is signed out everywhere.`,
    ...(tokens === 0
      ? []
      : [`${count(tokens, 'API token opens', 'API tokens open')} nothing any more.`]),
    shelves === 0
      ? `There are no shelves of ${name}.`
      : `${count(shelves, 'shelf goes', 'shelves go')}; the books on them stay in the library.`,
    devices.length === 0
      ? 'No Kobo loses its address.'
      : `${kobos}: ${devices.length === 1 ? 'its address opens' : 'their addresses open'} nothing any more. What was downloaded stays on the Kobo.`,
    `Where ${name} is in books, and the highlights, notes, collections and stars of ${name}, are deleted here.`,
    brought === 0
      ? `${name} brought no books.`
      : `${count(brought, 'book', 'books')} that ${name} brought ${brought === 1 ? 'stays' : 'stay'} in the library.`,
    'Nobody else loses anything. It cannot be undone.',
  ]
}

function count(number: number, one: string, more: string): string {
  return `${number} ${number === 1 ? one : more}`
}
