import { artifactsByHashes } from '../artifacts/artifact.store.ts'
import type { Artifact } from '../artifacts/artifact.ts'
import type { Book } from '../catalogue/book.ts'
import { booksByIds } from '../catalogue/catalogue.store.ts'
import type { Device } from '../devices/device.ts'
import type { Db, Tx } from '../db/schema.ts'
import { fileErratum } from '../errata/errata.store.ts'
import { goneBackInTime } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import type { ReadingState } from '../reading/reading-state.ts'
import { statesOf } from '../reading/reading-state.store.ts'
import { headOf, newestReturned, strangersPage } from './chain.store.ts'
import { notePin } from './device-progress.store.ts'
import { record } from './facts.ts'
import { refold } from './holding.store.ts'
import type { Operation } from './log.ts'
import { appendPage } from './log.store.ts'
import { cutPage, heard, NEW_SESSION, PAGE_OPERATIONS, type Session } from './page.ts'
import { duePairsInParts, heldPairs, lastShelvedDuePairs, settle } from './pair.store.ts'
import { carrier, isInQuestion, plan, staysDue, type Due, type Pair } from './plan.ts'
import { hearToken } from './returned.ts'
import { currentSession } from './session.ts'
import { keepSession } from './session.store.ts'
import { NO_PAGE, writeToken } from './token.ts'

/** What an operation is told with: the book, the artifact it announces and where the person is in it. */
export type About = {
  book: Book
  artifact: Artifact | null
  state: ReadingState | null
  /** The number of the media keys that are given now. */
  mediaNumber: number
}

/** Puts an operation into the words of the wire, as JSON. */
export type Encode = (operation: Operation, about: About) => string

/** The answer to a library sync. */
export type Turn = { operations: string[]; token: string; more: boolean; session: number }

/** How many answers of a session (named by its place in the log) went out to their last byte. */
export type HandedOver = (session: number) => number

/**
 * One turn of a device's library sync, as one transaction: take in what its token proves, plan what is due, write the page down
 * and only then answer. `tokenText` is the token as it came; any text is allowed. Throws only when nothing could be decided: the
 * caller answers 503 and nothing has changed.
 */
export async function takeTurn(
  home: Home,
  device: Device,
  tokenText: string | undefined,
  handedOver: HandedOver,
  encode: Encode,
): Promise<Turn> {
  return home.db.transact(async (tx) => {
    await record(tx, home, device.id, [])
    const session = await currentSession(tx, home, device.id)
    const { returned, mediaNumber } = await hearToken(tx, home, device, tokenText, session)
    const nothing = { operations: [], more: false, session: session.beganSeq }
    if (device.paused) return { ...nothing, token: await lastToken(tx, home, device) }

    const { due, count, settled, asks } = await dueNow(tx, device, session)
    await settle(tx, device.id, settled)
    if (asks) await fileErratum(tx, goneBackInTime(device), randomId(home.random), home.now())
    const now = heard({ ...session, budget: session.budget ?? count }, returned)
    if (now.repeats === 3 && handedOver(session.beganSeq) >= session.pages)
      await notePin(tx, device.id)
    const words = await encodeFirst(tx, device, mediaNumber, due, encode)
    const cut = cutPage(
      due.filter((each) => words.has(each)),
      now,
      { onePage: device.onePage },
      (each) => bytesOf(words.get(each)),
    )
    await keepSession(tx, device.id, { ...session, ...cut.session, lastAt: home.now() })

    const page =
      cut.page.length > 0 || returned !== null
        ? cut.page
        : await carrying(tx, device, mediaNumber, encode, words)
    if (page.length === 0) {
      await record(tx, home, device.id, [{ kind: 'complete' }])
      return { ...nothing, token: await lastToken(tx, home, device) }
    }
    const token = await issuePage(tx, home, device, page, returned)
    if (!cut.more) await record(tx, home, device.id, [{ kind: 'complete' }])
    return {
      operations: page.map((each) => words.get(each) ?? ''),
      token,
      more: cut.more,
      session: session.beganSeq,
    }
  })
}

/**
 * Answers a library sync that does not say which Kobo makes it, from the ledger of the pairing's only one: the first page of what is due.
 * The page is written down like any other; the request proves nothing, so its token is not heard and no session begins.
 */
export async function answerStranger(
  home: Home,
  device: Device,
  encode: Encode,
): Promise<Pick<Turn, 'operations' | 'token'>> {
  return home.db.transact(async (tx) => {
    const nothing = { operations: [], token: await lastToken(tx, home, device) }
    if (device.paused) return nothing
    const { due } = await everythingDue(tx, device)
    const words = await encodeFirst(tx, device, device.mediaNumber, due, encode)
    const { page } = cutPage(
      due.filter((each) => words.has(each)),
      NEW_SESSION,
      { onePage: true },
      (each) => bytesOf(words.get(each)),
    )
    if (page.length === 0) return nothing
    const token = await issuePage(tx, home, device, page, await headOf(tx, device.id), true)
    return { operations: page.map((each) => words.get(each) ?? ''), token }
  })
}

/** Writes a page down, and gives the token that names it. A stranger who is told the same again is given the same page. */
async function issuePage(
  tx: Tx,
  home: Home,
  device: Device,
  page: readonly Due[],
  parent: string | null,
  stranger = false,
): Promise<string> {
  const operations = page.map((each) => each.operation)
  const same = stranger && (await strangersPage(tx, device.id, parent, operations))
  if (same) return writeToken(home.key, { ledger: home.ledger, page: same })
  const id = home.random(16).toString('base64url')
  await appendPage(tx, device.id, home.now(), { id, parent, operations, stranger })
  await refold(
    tx,
    device.id,
    operations.map((operation) => operation.book),
  )
  return writeToken(home.key, { ledger: home.ledger, page: id })
}

/** A page of books that are gone from what is due when they are looked at, and two of such that take their place. */
const FRONT = 3 * PAGE_OPERATIONS

/** The first that is due, more than a page if there is more, in the order of sending. */
type DueNow = {
  due: Due[]
  /** How many operations are due; all of them are counted for the first page of a session, which fixes its budget. */
  count: number
  /** Books for which nothing is. */
  settled: string[]
  /** A person must be asked about some, as far as was looked. */
  asks: boolean
}

/** After the first page of a session, the front is planned alone while it has more new books than a page: nothing comes before these. */
async function dueNow(db: Db, device: Device, session: Session): Promise<DueNow> {
  if (session.budget !== null) {
    const pairs = await lastShelvedDuePairs(db, device, FRONT)
    const due = plan(pairs)
    if (due[PAGE_OPERATIONS]?.operation.verb === 'new')
      return {
        due,
        count: due.length,
        settled: settledAmong(pairs),
        asks: pairs.some(isInQuestion),
      }
  }
  return everythingDue(db, device)
}

async function everythingDue(db: Db, device: Device): Promise<DueNow> {
  const settled: string[] = []
  let count = 0
  let due: Due[] = []
  let asks = false
  for await (const pairs of duePairsInParts(db, device)) {
    settled.push(...settledAmong(pairs))
    asks ||= pairs.some(isInQuestion)
    const more = plan(pairs)
    count += more.length
    // What is not among the first of some is not among the first of all.
    const first = [...due, ...more.slice(0, PAGE_OPERATIONS + 1)].map((each) => each.pair)
    due = plan([...new Set(first)]).slice(0, PAGE_OPERATIONS + 1)
  }
  return { due, count, settled, asks }
}

function settledAmong(pairs: readonly Pair[]): string[] {
  return pairs.filter((pair) => !staysDue(pair)).map((pair) => pair.book)
}

/** The words of as many operations as a page can hold; later ones are planned afresh and need none yet. */
async function encodeFirst(
  db: Db,
  device: Device,
  mediaNumber: number,
  due: readonly Due[],
  encode: Encode,
): Promise<Map<Due, string>> {
  const first = due.slice(0, PAGE_OPERATIONS)
  const about = await aboutAll(db, device, mediaNumber, first)
  const words = new Map<Due, string>()
  for (const each of first) {
    const of = about(each.operation)
    if (of) words.set(each, encode(each.operation, of))
  }
  for (const each of due.slice(PAGE_OPERATIONS)) words.set(each, '')
  return words
}

/** The one operation that carries a token to a device that has none and to which nothing is due. */
async function carrying(
  db: Db,
  device: Device,
  mediaNumber: number,
  encode: Encode,
  words: Map<Due, string>,
): Promise<Due[]> {
  const due = carrier(await heldPairs(db, device, 20))
  if (!due) return []
  const of = (await aboutAll(db, device, mediaNumber, [due]))(due.operation)
  if (!of) return []
  words.set(due, encode(due.operation, of))
  return [due]
}

async function aboutAll(
  db: Db,
  device: Device,
  mediaNumber: number,
  due: readonly Due[],
): Promise<(operation: Operation) => About | undefined> {
  const ids = [...new Set(due.map((each) => each.operation.book))]
  const hashes = due.flatMap((each) => (each.operation.artifact ? [each.operation.artifact] : []))
  const books = await booksByIds(db, ids)
  const artifacts = await artifactsByHashes(db, hashes)
  const states = await statesOf(db, device.person, ids)
  return (operation) => {
    const book = books.get(operation.book)
    if (!book) return undefined
    return {
      book,
      artifact: artifacts.get(operation.artifact ?? '') ?? null,
      state: states.get(operation.book) ?? null,
      mediaNumber,
    }
  }
}

function bytesOf(words: string | undefined): number {
  return words ? Buffer.byteLength(words) : 0
}

/** The newest acknowledged token again: one that changes on an empty answer may not be stored. */
async function lastToken(tx: Tx, home: Home, device: Device): Promise<string> {
  const page = (await newestReturned(tx, device.id)) ?? NO_PAGE
  return writeToken(home.key, { ledger: home.ledger, page })
}
