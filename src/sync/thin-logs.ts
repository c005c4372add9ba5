import { isDeepStrictEqual } from 'node:util'
import { setImmediate as pause } from 'node:timers/promises'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { openQuestions } from './amnesia-question.ts'
import { foldBook } from './fold.ts'
import { lastSeq } from './log.store.ts'
import { makeBase } from './make-base.ts'
import { readBooks, readDevice } from './record.store.ts'
import { sessionOf } from './session.store.ts'
import { thinBook, thinDevice, type Thinned } from './thin.ts'
import {
  deleteEntries,
  deviceFacts,
  forgetStrangersPages,
  oldestRemoval,
  thinOut,
  unansweredSync,
} from './thin.store.ts'
import {
  booksToThin,
  booksWithOld,
  devicesToThin,
  loggedBooks,
  noteThinned,
} from './what-to-thin.store.ts'
import { itemsIn, presentWorld, type BookRecord, type DeviceRecord } from './worlds.ts'

/** How often a device's log is looked through, in ms: once a day. */
const OFTEN = 24 * 60 * 60_000

/** What is older is folded for good, in ms: 400 days. */
const OLD = 400 * 24 * 60 * 60_000

/** So many books are thinned in one transaction, so that nobody waits for long. */
const AT_ONCE = 10

/** Books with no more facts than this have nothing to spare. */
const FEW = 8

/**
 * Looks once a day through the log of each device for what may go: evidence that says nothing new, operations of pages that were left
 * behind, and what is older than 400 days. In small transactions, so that nobody waits. `isStopping` is asked between them.
 */
export async function thinLogs(home: Home, isStopping: () => boolean): Promise<void> {
  for (const device of await devicesToThin(home.db.read, home.now() - OFTEN))
    await thinLog(home, device, isStopping)
}

async function thinLog(home: Home, device: string, isStopping: () => boolean): Promise<void> {
  for await (const books of loggedBooks(home.db.read, device)) {
    if (isStopping()) return
    await pause()
    const before = home.now() - OLD
    const often = await booksToThin(home.db.read, device, books, FEW)
    const old = await booksWithOld(home.db.read, device, books, before)
    const some = [...new Set([...often, ...old])]
    for (let start = 0; start < some.length; start += AT_ONCE) {
      if (isStopping()) return
      const few = some.slice(start, start + AT_ONCE)
      await home.db.transact((tx) => thinBooks(tx, home, device, few, before))
      await pause()
    }
  }
  if (isStopping()) return
  const now = home.now()
  await home.db.transact(async (tx) => {
    await forgetStrangersPages(tx, device)
    const facts = await deviceFacts(tx, device)
    const limit = Math.min(await limitOf(tx, device), (await oldestRemoval(tx, device)) ?? Infinity)
    await deleteEntries(tx, device, thinDevice(facts, { before: now - OLD, limit }))
    await noteThinned(tx, device, now)
  })
}

async function thinBooks(
  tx: Tx,
  home: Home,
  id: string,
  books: string[],
  before: number,
): Promise<void> {
  const device = await readDevice(tx, id, await limitOf(tx, id))
  for (const [name, whole] of await readBooks(tx, id, books)) {
    const based = makeBase(device, whole, before)
    const book = based ? { ...without(whole, based), base: based.base } : whole
    const thinned = thinBook(device, book)
    // Nothing may go that changes what is known.
    if (!isDeepStrictEqual(holdingOf(device, without(book, thinned)), holdingOf(device, whole))) {
      home.log.error({ device: id, book: name }, 'thinning would change a holding')
      continue
    }
    if (based) await thinOut(tx, id, name, based)
    await thinOut(tx, id, name, thinned)
  }
}

/**
 * From this place on a device's log is left alone: where its last session began, until that is judged, and where a sync without a token came that
 * somebody may still be asked about.
 */
async function limitOf(tx: Tx, device: string): Promise<number> {
  const session = await sessionOf(tx, device)
  const questions = await openQuestions(tx, device)
  return Math.min(
    session && !session.judged ? session.beganSeq : (await lastSeq(tx, device)) + 1,
    ...questions.map(({ from }) => from),
    (await unansweredSync(tx, device)) ?? Infinity,
  )
}

function without(book: BookRecord, { facts, operations }: Thinned): BookRecord {
  const gone = new Set<object>([...facts, ...operations])
  return {
    base: book.base,
    facts: book.facts.filter((fact) => !gone.has(fact)),
    operations: book.operations.filter((told) => !gone.has(told)),
  }
}

function holdingOf(device: DeviceRecord, book: BookRecord) {
  const world = presentWorld(device, book.operations)
  return foldBook(itemsIn(world, device, book).map(({ entry }) => entry))
}
