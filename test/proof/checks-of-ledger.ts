import { headOf } from '../../src/sync/chain.store.ts'
import { readContents } from '../../src/sync/contents.ts'
import { holdingsOf } from '../../src/sync/holding.store.ts'
import { readLog } from '../../src/sync/log.store.ts'
import { duePairs } from '../../src/sync/due.store.ts'
import { allPairs } from '../../src/sync/pair.store.ts'
import { plan, type Due } from '../../src/sync/plan.ts'
import { chainOf, replay, unnamed } from '../../src/sync/replay.ts'
import { tellTimes } from '../../src/sync/tell-time.ts'
import { deviceOf } from './calls.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

const FILE_PROOFS = ['download-completed', 'state', 'annotation', 'listed', 'audited']

/** What must be so of the ledger of a Kobo after every step. */
export async function checkLedger(world: World, witness: Witnessed): Promise<void> {
  const { house, books, tally } = world.stage
  const db = house.server.home.db.read
  const device = await deviceOf(world, witness)
  const log = await readLog(db, witness.device)
  const head = await headOf(db, witness.device)
  const meant = replay(log, head)
  const kept = await holdingsOf(db, witness.device)
  for (const invariant of ['I1', 'I2', 'I24']) tally.check(invariant)

  const chain = chainOf(
    new Map(log.flatMap((e) => (e.kind === 'page' ? [[e.page, e.parent] as const] : []))),
    head,
  )
  for (const book of books) {
    const [stored, folded] = [kept.get(book) ?? unnamed(log), meant.get(book) ?? unnamed(log)]
    if (JSON.stringify(sorted(stored)) !== JSON.stringify(sorted(folded)))
      fail(world, 'I2', `${book}: kept ${JSON.stringify(stored)}, folded ${JSON.stringify(folded)}`)
    if (stored.state !== 'held') continue
    const isTaken = log.some(
      (entry) =>
        (entry.kind === 'page' &&
          chain.has(entry.page) &&
          entry.operations.some((each) => each.book === book && each.verb === 'new')) ||
        ('book' in entry && entry.book === book && isProof(entry.kind)),
    )
    if (!isTaken) fail(world, 'I1', `${book} is held, and nothing that came back says so`)
  }

  const due = operations(plan(await duePairs(db, device)))
  const everything = operations(plan(await allPairs(db, device)))
  if (due !== everything) fail(world, 'I24', `due ${due}; everything ${everything}`)
}

function isProof(kind: string): boolean {
  return [
    ...FILE_PROOFS,
    'download-begun',
    'metadata-asked',
    'cover-asked',
    'annotations-asked',
    'tagged',
  ].includes(kind)
}

/** What is to be sent, in words. */
export function operations(due: readonly Due[]): string {
  return due.map(({ operation }) => `${operation.verb} ${operation.book}`).join()
}

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** What a person is told of each book must follow from proof. */
export async function checkWords(world: World, witness: Witnessed): Promise<void> {
  const { house, tally } = world.stage
  const device = await deviceOf(world, witness)
  const tell = tellTimes(house.now(), 'UTC')
  const { items } = await readContents(
    house.server.home.db.read,
    device,
    { limit: 100, after: undefined, statuses: undefined },
    tell,
  )
  for (const invariant of ['I10', 'I11']) tally.check(invariant)
  for (const { bookId, status, proof, evidence } of items) {
    if (status === 'on-device' && !FILE_PROOFS.includes(proof?.kind ?? ''))
      fail(world, 'I10', `${bookId} is said to be there by ${proof?.kind ?? 'nothing'}`)
    if (status === 'doubtful' && evidence.length === 0)
      fail(world, 'I11', `${bookId} is doubted without any evidence`)
  }
}

/** Metadata never makes another file of a book. */
export async function checkFiles(world: World): Promise<void> {
  const { house, books, tally } = world.stage
  const rows = await house.server.home.db.read
    .selectFrom('book')
    .select(['id', 'file_rev'])
    .where('id', 'in', books)
    .execute()
  tally.check('I9')
  for (const { id, file_rev } of rows)
    if (file_rev !== 1) fail(world, 'I9', `${id} has revision ${file_rev}`)
}
