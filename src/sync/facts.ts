import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { knownBooks } from './known-books.store.ts'
import { refold } from './holding.store.ts'
import type { BookFact } from './log.ts'
import { appendFacts } from './log.store.ts'
import type { Fact } from './log-row.ts'
import { addNote, notedDevices, takeNotes } from './notes.ts'

/** How long a note may wait to be written, in ms. */
export const NOTE_DELAY = 400

/**
 * Records a fact about a book durably: when this resolves it outlives a crash. For what gates a New or ends a stay; the caller
 * answers the device only afterwards. A book that is not in the catalogue is none of the ledger's and is passed over.
 */
export async function recordFact(
  home: Home,
  device: Pick<Device, 'id'>,
  book: string,
  fact: BookFact,
): Promise<void> {
  await home.db.transact((tx) => recordFactIn(tx, home, device, book, fact))
}

/** The same within a transaction that also changes something else. */
export async function recordFactIn(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  book: string,
  fact: BookFact,
): Promise<void> {
  await record(tx, home, device.id, [{ ...fact, book }])
}

/**
 * Notes a fact that proves something but gates nothing: a cover or metadata asked. Costs no database access; it is written
 * with the device's next durable fact or turn, or soon after. Never fails a request.
 */
export function noteFact(
  home: Home,
  device: Pick<Device, 'id'>,
  book: string,
  fact: BookFact,
): void {
  note(home, device, { ...fact, book })
}

/** Notes that a list of books arrived, in the same way. */
export function noteList(
  home: Home,
  device: Pick<Device, 'id'>,
  list: { inventory: boolean; known: boolean },
): void {
  note(home, device, { kind: 'list', ...list })
}

function note(home: Home, device: Pick<Device, 'id'>, fact: Fact): void {
  addNote(home.db, device.id, fact, NOTE_DELAY, () => {
    writeNotes(home).catch((error: unknown) =>
      home.log.error({ err: error }, 'notes could not be written'),
    )
  })
}

/** Writes what is noted, for every device. Called by the timer, and when the server closes. */
export async function writeNotes(home: Home): Promise<void> {
  for (const device of notedDevices(home.db))
    await home.db.transact((tx) => record(tx, home, device, []))
}

/**
 * Appends what was noted about the device and then these facts: what arrived earlier must not be taken for news after them.
 * Folds every book they name anew. Returns the place of the last entry, 0 when nothing was appended.
 */
export async function record(
  tx: Tx,
  home: Home,
  device: string,
  facts: readonly Fact[],
): Promise<number> {
  const all = await ofKnownBooks(tx, [...takeNotes(home.db, device), ...facts])
  if (all.length === 0) return 0
  const first = await appendFacts(tx, device, home.now(), all)
  await refold(
    tx,
    device,
    all.flatMap((fact) => ('book' in fact ? [fact.book] : [])),
  )
  return first + all.length - 1
}

async function ofKnownBooks(tx: Tx, facts: Fact[]): Promise<Fact[]> {
  const known = await knownBooks(
    tx,
    facts.flatMap((fact) => ('book' in fact ? [fact.book] : [])),
  )
  return facts.filter((fact) => !('book' in fact) || known.has(fact.book))
}
