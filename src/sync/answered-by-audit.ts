import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import { closeErratum } from '../errata/errata.store.ts'
import type { Home } from '../home.ts'
import { booksInQuestion, judgeAmnesia } from './amnesia.ts'
import { openQuestions } from './amnesia-question.ts'
import { keepQuestion } from './back-in-time.ts'
import type { BookEntry } from './book-entry.ts'
import { isFileProof } from './file-proof.ts'
import { entriesOf } from './book-entries.store.ts'
import type { Entry } from './log.ts'
import { readLog } from './log.store.ts'
import { duePairs } from './due.store.ts'
import { pairsOf } from './pair.store.ts'
import { isInQuestion } from './plan.ts'
import { sessionOf } from './session.store.ts'

/**
 * The books that open questions about a device are about: of which nobody can tell whether they are there, since it lost its token, or since it
 * or this library was put back in time. A question counts as open from the sync on that will raise it.
 */
export async function askedAbout(tx: Tx, device: Device): Promise<Set<string>> {
  const asked = (await duePairs(tx, device)).filter(isInQuestion).map(({ book }) => book)
  const open = (await openQuestions(tx, device.id)).map(({ from }) => from)
  const session = await sessionOf(tx, device.id)
  const isToBeJudged = session !== undefined && session.tokenless && !session.judged
  if (open.length === 0 && !isToBeJudged) return new Set(asked)
  const log = await readLog(tx, device.id)
  const coming = isToBeJudged ? judgeAmnesia(log, session.beganSeq, null) : undefined
  const questions = coming?.verdict === 'ask' ? [...open, coming.from] : open
  return new Set([...asked, ...questions.flatMap((from) => booksInQuestion(log, from))])
}

/**
 * Withdraws the questions about a device that an audit answered: of each book that they are about it is known again whether it is there.
 * `place`: the copy that was audited knows what stands in the device's log up to there.
 */
export async function closeAnswered(
  tx: Tx,
  home: Home,
  device: Device,
  place: number,
): Promise<void> {
  const questions = (await openQuestions(tx, device.id)).filter(({ from }) => from <= place)
  const log = questions.length === 0 ? [] : await readLog(tx, device.id)
  for (const { erratum, from } of questions)
    if (await isKnownOfAll(tx, device, log, from))
      await closeErratum(tx, erratum, 'An audit told what is there.', home.now())
  await keepQuestion(tx, home, device.id)
}

/** Whether the question at `from` was answered before anybody asked it: an audit came since, and told of every book that it is about. */
export async function wasAudited(tx: Tx, device: Device, from: number): Promise<boolean> {
  const log = await readLog(tx, device.id)
  if (!log.some((entry) => entry.kind === 'audited' && entry.seq > from)) return false
  return isKnownOfAll(tx, device, log, from)
}

async function isKnownOfAll(
  tx: Tx,
  device: Device,
  log: readonly Entry[],
  from: number,
): Promise<boolean> {
  const pairs = await pairsOf(tx, device, booksInQuestion(log, from))
  const wanted = pairs.filter((pair) => pair.wanted).map(({ book }) => book)
  const entries = await entriesOf(tx, device.id, wanted)
  return wanted.every((book) =>
    entries.get(book)?.some((entry) => entry.seq > from && tellsWhetherThere(entry)),
  )
}

/** After these nobody needs to ask any more whether the book is there: it was told, or it is sent anew by its owner's consent. */
function tellsWhetherThere(entry: BookEntry): boolean {
  const { kind } = entry
  return kind === 'audited' || kind === 'consent' || kind === 'retract' || isFileProof(entry)
}
