import type { SyncReport } from './device.ts'
import type { Kobo } from './kobo.ts'
import { WrongUse } from './wrong-use.ts'

/** The parts of a walk, in order. */
export const CHAPTERS = [
  'first contact',
  'a sync with new books',
  'a book is opened and closed',
  'a book is removed on the device',
  'collections and stars',
  'after a factory reset',
  'after a USB connection',
] as const

export type Chapter = (typeof CHAPTERS)[number]

/** Called before each part: somebody else may have something to do then, for instance at the server. */
export type Before = (chapter: Chapter) => Promise<void> | void

/**
 * Everything that a Kobo does in its life with a server, once (docs/protocol/README.md, "The order of a sync"). Gives a report for
 * each stretch of talk. Throws WrongUse when the server sends fewer than three books: there would be nothing to do with them.
 */
export async function walk(kobo: Kobo, before: Before = () => {}): Promise<SyncReport[]> {
  const reports: SyncReport[] = []
  for (const chapter of CHAPTERS) {
    await before(chapter)
    kobo.note(`— ${chapter}`)
    reports.push(...(await WAYS[chapter](kobo)))
  }
  return reports
}

const WAYS: Record<Chapter, (kobo: Kobo) => Promise<SyncReport[]>> = {
  'first contact': firstContact,
  'a sync with new books': async (kobo) => [await kobo.sync(), await kobo.sync()],
  'a book is opened and closed': readOn,
  'a book is removed on the device': removeOne,
  'collections and stars': collect,
  'after a factory reset': reset,
  'after a USB connection': async (kobo) => {
    kobo.unplug()
    return [await kobo.sync()]
  },
}

/** A device with an account comes from Kobo's own store, and brings its token. */
async function firstContact(kobo: Kobo): Promise<SyncReport[]> {
  if (!kobo.switches.accountless) kobo.takeStoreToken()
  return [await kobo.sync()]
}

async function readOn(kobo: Kobo): Promise<SyncReport[]> {
  const [book] = downloaded(kobo, 1)
  const reports = [await kobo.open(book)]
  kobo.highlight(book, 'a passage worth keeping')
  reports.push(await kobo.close(book, { percent: 33, minutes: 20 }))
  reports.push(await kobo.wake(book))
  kobo.highlight(book, 'and another')
  reports.push(await kobo.close(book, { percent: 34.5, minutes: 2 }, { offline: true }))
  reports.push(await kobo.sync())
  reports.push(await kobo.close(book, { percent: 100, minutes: 200 }))
  return reports
}

async function removeOne(kobo: Kobo): Promise<SyncReport[]> {
  const [, book] = downloaded(kobo, 2)
  kobo.note('The reader removes a book from the Kobo.')
  kobo.remove(book)
  return [await kobo.sync(), await kobo.sync()]
}

async function collect(kobo: Kobo): Promise<SyncReport[]> {
  const [first, second] = downloaded(kobo, 2)
  kobo.makeShelf('Holidays', [first])
  kobo.rate(first, 4)
  const reports = [await kobo.sync()]
  kobo.renameShelf('Holidays', 'Summer')
  kobo.addToShelf('Summer', [second])
  kobo.takeFromShelf('Summer', [first])
  reports.push(await kobo.sync())
  kobo.deleteShelf('Summer')
  kobo.rate(first, 5)
  reports.push(await kobo.sync())
  return reports
}

/** Its configuration is empty afterwards: somebody writes the address into it anew. */
async function reset(kobo: Kobo): Promise<SyncReport[]> {
  kobo.note('The Kobo is reset to how it left the factory, and set up again.')
  kobo.factoryReset()
  return [await kobo.sync(), await kobo.sync()]
}

/** The ids of two books whose files are here. */
function downloaded(kobo: Kobo, least: number): [string, string] {
  const ids = kobo
    .contents()
    .filter((book) => book.downloaded && !book.removed)
    .map((book) => book.id)
  const [first, second = first] = ids
  if (first === undefined || second === undefined || ids.length < least) {
    throw new WrongUse('A walk needs at least three books on the shelves that this Kobo carries.')
  }
  return [first, second]
}
