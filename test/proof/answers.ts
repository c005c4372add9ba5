import { readLog } from '../../src/sync/log.store.ts'
import type { Entry } from '../../src/sync/log.ts'
import { audit, heal } from './audits.ts'
import { ask, call } from './calls.ts'
import { consent } from './owner.ts'
import type { Witnessed } from './witness.ts'
import type { World } from './world.ts'

type Question = { id: string; kind: string; deviceId?: string; actions: string[] }

/** What the owner is asked about these Kobos. */
export async function questions(world: World): Promise<Question[]> {
  const { body } = await call<{ items: Question[] }>(world, 'GET', '/errata?limit=500')
  const ours = new Set(world.kobos.map(({ device }) => device))
  return body.items.filter(
    ({ deviceId, actions, kind }) =>
      deviceId !== undefined && ours.has(deviceId) && actions.length > 0 && KINDS.includes(kind),
  )
}

const KINDS = ['amnesia', 'gone-back-in-time', 'mass-removal', 'removed-on-kobo']

/** Answers every question as somebody would who knows the truth. */
export async function answerAll(world: World): Promise<void> {
  for (const question of await questions(world)) {
    const witness = world.kobos.find(({ device }) => device === question.deviceId)
    if (!witness) continue
    if (await answeredByAudit(world, witness, question)) continue
    const action = await answerTo(world, witness, question)
    await ask(world, 'POST', `/errata/${question.id}/actions/${action}`)
  }
}

/**
 * Now and then its owner audits a Kobo instead of answering, and always when only that tells. Says whether that was the answer: not where
 * something came after the newest page that the Kobo took.
 */
async function answeredByAudit(
  world: World,
  witness: Witnessed,
  { id, kind }: Question,
): Promise<boolean> {
  if (kind !== 'amnesia' && kind !== 'gone-back-in-time') return false
  const isPutBack =
    kind === 'amnesia' &&
    (await whatBecameOf(world, witness, await fromOf(world, id))) === 'was put back'
  if (!isPutBack && world.stage.house.now() % 3_000 < 2_000) return false
  if (!(await ask(world, 'POST', `/errata/${id}/actions/audit`))) return false
  await audit(world, witness)
  await heal(world, witness, { classes: null, evenUnsaved: true })
  world.stage.tally.check('an audit as the answer')
  return !(await questions(world)).some((question) => question.id === id)
}

async function answerTo(world: World, witness: Witnessed, question: Question): Promise<string> {
  if (question.kind === 'gone-back-in-time') {
    consent(world, witness)
    return 'send-again'
  }
  if (question.kind === 'mass-removal')
    return world.stage.house.now() % 2_000 < 1_000 ? 'remove' : 'keep'
  if (question.kind === 'removed-on-kobo') return 'keep-off'
  const truth = await whatBecameOf(world, witness, await fromOf(world, question.id))
  if (truth === 'was put back') {
    // Only an audit could tell what is there.
    for (const book of world.stage.books) witness.exempt.add(book)
    return 'kept'
  }
  return truth === 'was reset' ? 'was-reset' : 'kept'
}

async function fromOf({ stage: { house } }: World, erratum: string): Promise<number> {
  const row = await house.server.home.db.read
    .selectFrom('erratum')
    .select('detail')
    .where('id', '=', erratum)
    .executeTakeFirstOrThrow()
  const detail = JSON.parse(row.detail ?? '{}') as { from?: string }
  return Number(detail.from)
}

/**
 * What happened to a Kobo between the last time that it asked for its library before a question and the last sync of that question. Only
 * that is certain to come from the Kobo as it was: a download or a state may be an old request that comes late, after a reset. One that
 * was reset knows no book before it asked for its library again.
 */
async function whatBecameOf(
  { stage: { house } }: World,
  witness: Witnessed,
  from: number,
): Promise<'was reset' | 'was put back' | 'is as it was'> {
  const log = await readLog(house.server.home.db.read, witness.device)
  const began = log.find((entry) => entry.seq === from)?.at ?? Infinity
  // Nor is it what comes late with the sync that raises the question.
  const known =
    log.findLast((entry) => entry.seq < from && entry.at < began && isAskedForLibrary(entry))?.at ??
    -1
  const after = log.filter((entry) => entry.seq >= from)
  const end = after.findIndex((entry) => entry.seq > from && isLife(entry))
  const until = (end < 0 ? after : after.slice(0, end)).findLast(
    (entry) => entry.kind === 'tokenless',
  )?.at
  const within = (times: number[]) => times.some((at) => at > known && at <= (until ?? Infinity))
  if (within(witness.restores)) return 'was put back'
  return within(witness.resets) ? 'was reset' : 'is as it was'
}

function isAskedForLibrary(entry: Entry): boolean {
  return entry.kind === 'tokenless' || entry.kind === 'returned'
}

function isLife(entry: Entry): boolean {
  return [
    'returned',
    'list',
    'answered',
    'download-begun',
    'download-completed',
    'state',
    'annotation',
    'listed',
  ].includes(entry.kind)
}
