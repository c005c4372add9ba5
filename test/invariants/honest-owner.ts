import type { Entry } from '../../src/sync/log.ts'
import { auditArrives } from './arrivals.ts'
import type { Lane } from './lane.ts'
import { isBraked } from './ledger.ts'
import type { Random } from './random.ts'

/** What an owner is asked about one device. */
export type Question = 'library' | 'back in time' | 'brake'

export function questionsOf({ ledger }: Lane): Question[] {
  const pairs = ledger.pairs()
  const asked: Question[] = []
  if (ledger.questions.length > 0) asked.push('library')
  if (pairs.some((pair) => ledger.rules.isInQuestion(pair))) asked.push('back in time')
  if (isBraked(pairs)) asked.push('brake')
  return asked
}

/** Answers one question as somebody would who knows the truth. Gives the answer in words. */
export function answer(lane: Lane, question: Question, random: Random): string {
  const { ledger } = lane
  if (question === 'library') return answerLibrary(lane)
  if (question === 'brake') return answerBrake(lane, random)
  if (random() < 0.5) return audit(lane)
  for (const pair of ledger.pairs())
    if (ledger.rules.isInQuestion(pair)) ledger.fact(pair.book, { kind: 'consent' })
  return 'send again'
}

/** The device's own database, as it is now. It settles what nothing else could. */
export function audit(lane: Lane): string {
  auditArrives(lane.ledger, lane.kobo.rows)
  lane.exempt.clear()
  lane.unseen.clear()
  lane.misplaced.clear()
  return 'audit'
}

function answerLibrary(lane: Lane): string {
  const { ledger } = lane
  const [from = 0] = ledger.questions
  const truth = whatBecameOf(lane, from)
  ledger.add({
    kind: 'answered',
    from,
    library: truth === 'was reset' ? 'empty' : 'kept',
  })
  if (truth === 'was reset') ledger.epoch(from)
  else ledger.closeQuestions(from, from)
  return truth === 'was put back' ? `${truth}: ${audit(lane)}` : truth
}

function answerBrake({ ledger }: Lane, random: Random): string {
  const keeps = random() < 0.5
  for (const { book, holding } of ledger.pairs()) {
    if (!holding.byMachine) continue
    if (keeps) ledger.house.shelve(book)
    ledger.fact(book, { kind: keeps ? 'shelved' : 'unshelved', cause: 'person' })
  }
  return keeps ? 'they stay' : 'they leave'
}

/** What happened to a device between the last thing that it told before a question and the last sync of that question. */
export function whatBecameOf(
  { ledger: { log }, resets, restores }: Lane,
  from: number,
): 'was reset' | 'was put back' | 'is as it was' {
  const known = log.findLast((entry) => entry.seq < from && isContact(entry))?.at ?? -1
  const after = log.filter((entry) => entry.seq >= from)
  const end = after.findIndex((entry) => entry.seq > from && isLife(entry))
  const until =
    (end < 0 ? after : after.slice(0, end)).findLast((entry) => entry.kind === 'tokenless')?.at ??
    Infinity
  const within = (times: readonly number[]): boolean =>
    times.some((at) => at > known && at <= until)
  if (within(restores)) return 'was put back'
  return within(resets) ? 'was reset' : 'is as it was'
}

function isContact({ kind }: Entry): boolean {
  return kind === 'tokenless' || kind === 'rolled-back' || SIGNS.has(kind)
}

function isLife({ kind }: Entry): boolean {
  return kind === 'answered' || kind === 'audited' || LIFE.has(kind)
}

const LIFE = new Set(['returned', 'list', 'download-begun', 'state', 'annotation', 'listed'])
const SIGNS = new Set([...LIFE, 'metadata-asked', 'cover-asked', 'annotations-asked', 'audited'])
