import { readContents } from '../../src/sync/contents.ts'
import { tellTimes } from '../../src/sync/tell-time.ts'
import { deviceOf } from './calls.ts'
import type { AuditTold, PreviewTold } from '../support/audit-of.ts'
import { shelvedFor } from './wanted.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

/** Classes whose books heal takes back to send them anew. */
const TAKEN_BACK = ['fileMissing', 'staleFile']

/**
 * What an audit of a Kobo as it is now says of each book is so on that Kobo. Of what it confirms, nothing is unknown any more.
 */
export async function checkTruth(
  world: World,
  witness: Witnessed,
  told: AuditTold,
  listing: boolean,
): Promise<void> {
  world.stage.tally.check('I22')
  const there = new Map(witness.kobo.state().books.map((book) => [book.id, book]))
  const shelved = await shelvedFor(world, witness)
  for (const [name, books] of Object.entries(told.classes)) {
    for (const { bookId } of books) {
      const book = there.get(bookId)
      const file = book?.downloaded === true && (book.file !== undefined || !listing)
      if (!fits(name, { row: book !== undefined, downloaded: book?.downloaded === true, file }))
        fail(world, 'I22', `${bookId} is said to be ${name}, and is ${JSON.stringify(book)}`)
      if ((name === 'orphan') === shelved.has(bookId) && STANDINGS.includes(name))
        fail(world, 'I22', `${bookId} is said to be ${name}, and is it to be there?`)
      if (name === 'ok' || name === 'entitledOnly') {
        witness.exempt.delete(bookId)
        witness.untold.delete(bookId)
      }
    }
  }
}

/** What a person is told of each book agrees with what was found of it, before heal and after. */
export async function checkStatuses(
  world: World,
  witness: Witnessed,
  told: AuditTold,
): Promise<void> {
  const { house, tally } = world.stage
  const { items } = await readContents(
    house.server.home.db.read,
    await deviceOf(world, witness),
    { limit: 100, after: undefined, statuses: undefined },
    tellTimes(house.now(), 'UTC'),
  )
  tally.check('I22')
  const statuses = new Map(items.map(({ bookId, status }) => [bookId, status]))
  for (const [name, fit] of Object.entries(FITTING))
    for (const { bookId } of told.classes[name] ?? []) {
      const status = statuses.get(bookId) ?? 'not-wanted'
      if (!fit.includes(status))
        fail(world, 'I22', `${bookId} is said to be ${name}, and its status is ${status}`)
    }
}

const SENT_ANEW = ['missing', 'waiting', 'preparing', 'offered']
const FITTING: Record<string, string[]> = {
  ok: ['on-device'],
  entitledOnly: ['entitled'],
  lost: ['doubtful', ...SENT_ANEW],
  removedRow: ['doubtful', ...SENT_ANEW],
  fileMissing: ['doubtful', 'leaving'],
  // Heal tells the ledger of one that it has forgotten, when the library was put back, or that it takes for removed by its reader.
  orphan: ['orphan', 'leaving', 'not-wanted', 'excluded'],
}

const STANDINGS = ['ok', 'entitledOnly', 'lost', 'removedRow', 'fileMissing', 'staleFile', 'orphan']

function fits(name: string, is: { row: boolean; downloaded: boolean; file: boolean }): boolean {
  switch (name) {
    case 'ok':
    case 'staleFile':
      return is.file
    case 'entitledOnly':
      return is.row && !is.downloaded
    case 'fileMissing':
      return is.downloaded && !is.file
    case 'lost':
    case 'removedRow':
      return !is.row
    case 'orphan':
      return is.row
    case 'unread':
      return false
    default:
      return true
  }
}

/**
 * Heal touches nothing that is as it should be. `before`: what the next sync would have done without it.
 */
export function checkHealing(
  world: World,
  witness: Witnessed,
  told: AuditTold,
  before: string,
  { operations }: PreviewTold,
): void {
  world.stage.tally.check('I7')
  const { kobo, exempt } = witness
  const there = new Map(kobo.state().books.map((book) => [book.id, book]))
  const found = (names: readonly string[], id: string): boolean =>
    names.some((name) => told.classes[name]?.some(({ bookId }) => bookId === id) === true)
  for (const { verb, bookId } of operations) {
    if (before.includes(`${verb} ${bookId}`) || exempt.has(bookId)) continue
    const book = there.get(bookId)
    const isHealthy = book?.downloaded === true && book.file !== undefined
    if (found(TAKEN_BACK, bookId)) witness.takenBack.add(bookId)
    if (isHealthy && !found(['orphan', 'staleFile'], bookId))
      fail(world, 'I7', `heal would ${verb} ${bookId}, which is as it should be`)
  }
  for (const book of world.stage.books) if (found(TAKEN_BACK, book)) witness.takenBack.add(book)
}
