import { deviceById } from '../../src/devices/device.store.ts'
import { readLog } from '../../src/sync/log.store.ts'
import type { Entry } from '../../src/sync/log.ts'
import type { Answer } from '../support/house.ts'
import type { Witnessed, World } from './world.ts'

type Question = { id: string; kind: string; deviceId?: string; actions: string[] }

/**
 * Calls the API as the owner. Where the server is killed meanwhile, nobody knows whether it was done: it is asked once more when the
 * server is there again.
 */
export async function call<Body = unknown>(
  { stage: { house, processes }, kills }: World,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer<Body>> {
  if (!processes || !kills.hasBegun) return house.api<Body>(method, path, body)
  try {
    await processes.leave()
    return await house.api<Body>(method, path, body)
  } catch (error) {
    // What fetch says when there is no answer.
    if (!(error instanceof TypeError)) throw error
    await kills.overcome('last')
    return house.api<Body>(method, path, body)
  }
}

/** Calls the API as the owner; fails on anything but the statuses that are expected. */
export async function ask(
  world: World,
  method: string,
  path: string,
  body?: unknown,
  expected: number[] = [200, 201, 204],
): Promise<boolean> {
  const { status, body: told } = await call(world, method, path, body)
  if (status >= 500 || (!expected.includes(status) && status !== 409 && status !== 404))
    throw new Error(`${method} ${path} was answered ${status}: ${JSON.stringify(told)}`)
  return expected.includes(status)
}

/** The shelf of a book: the first four stand on the one that both carry. */
export function shelfOf(world: World, book: number): string {
  return world.shelves[book < 4 ? 0 : 1]
}

/** Whose Kobos carry the shelf of a book. */
export function carriersOf(world: World, book: number): Witnessed[] {
  return book < 4 ? [...world.kobos] : [world.kobos[0]]
}

/** Puts a book on its shelf. A book that comes there anew is wanted again, also where its reader removed it. */
export async function shelve(world: World, book: number): Promise<void> {
  const id = world.stage.books[book] ?? ''
  const shelf = shelfOf(world, book)
  const stood = await isShelved(world, shelf, id)
  const carriers = carriersOf(world, book)
  const before = carriers.map(({ kobo }) => kobo.state().unsent.deletes.includes(id))
  if (!(await ask(world, 'PUT', `/shelves/${shelf}/books/${id}`)) || stood) return
  // A removal that was not heard yet comes later than this wish.
  for (const [index, each] of carriers.entries()) if (!before[index]) each.removed.delete(id)
}

async function isShelved({ stage: { house } }: World, shelf: string, book: string) {
  const row = await house.server.home.db.read
    .selectFrom('shelf_book')
    .select('book')
    .where('shelf', '=', shelf)
    .where('book', '=', book)
    .executeTakeFirst()
  return row !== undefined
}

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
    const action = await answerTo(world, witness, question)
    await ask(world, 'POST', `/errata/${question.id}/actions/${action}`)
  }
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

/** Any of these books may be sent anew although it is there: its owner said so. */
export function consent(world: World, witness: Witnessed, books = world.stage.books): void {
  witness.isTroubled = true
  for (const book of books) witness.consents.set(book, (witness.consents.get(book) ?? 0) + 1)
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

/** What happened to a Kobo between the last thing that it told before a question and the last sync of that question. */
async function whatBecameOf(
  { stage: { house } }: World,
  witness: Witnessed,
  from: number,
): Promise<'was reset' | 'was put back' | 'is as it was'> {
  const log = await readLog(house.server.home.db.read, witness.device)
  const known = log.findLast((entry) => entry.seq < from && isContact(entry))?.at ?? -1
  const after = log.filter((entry) => entry.seq >= from)
  const end = after.findIndex((entry) => entry.seq > from && isLife(entry))
  const until = (end < 0 ? after : after.slice(0, end)).findLast(
    (entry) => entry.kind === 'tokenless',
  )?.at
  const within = (times: number[]) => times.some((at) => at > known && at <= (until ?? Infinity))
  if (within(witness.restores)) return 'was put back'
  return within(witness.resets) ? 'was reset' : 'is as it was'
}

function isContact(entry: Entry): boolean {
  return [
    'tokenless',
    'returned',
    'metadata-asked',
    'cover-asked',
    'annotations-asked',
    'download-begun',
    'download-completed',
    'state',
    'annotation',
    'listed',
    'list',
  ].includes(entry.kind)
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

/** A Kobo as the server has it. */
export async function deviceOf({ stage: { house } }: World, { device }: Witnessed) {
  const found = await deviceById(house.server.home.db.read, device)
  if (!found) throw new Error('The device is gone.')
  return found
}
