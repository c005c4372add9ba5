import type { SyncReport } from '../../src/simulator/device.ts'
import { newestIssued } from '../../src/sync/chain.store.ts'
import { deviceOf } from './calls.ts'
import { pageOf } from './page-of.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

/** The wire: sizes, lengths, headers, tokens, and an end to every sync. The simulated Kobo finds fault by itself. */
export async function expectWire(
  world: World,
  witness: Witnessed,
  { violations }: SyncReport,
): Promise<void> {
  const { tally } = world.stage
  for (const invariant of ['I8', 'I15', 'I16']) tally.check(invariant)
  for (const each of violations) {
    // A server that is killed in the middle of an answer gives less than it announced.
    if (world.wasKilled && /the body ended after|the answer broke off/.test(each)) continue
    if (await isWithoutFile(world, witness, each)) continue
    const invariant = /continue/i.test(each) ? 'I15' : /token|header/i.test(each) ? 'I16' : 'I8'
    fail(world, invariant, each)
  }
}

/**
 * Whether a Kobo that lives on after it or its server was put back asked where a book is of which no file is there now, and of which the
 * server does not know that it was told: there is no address to give, and the Kobo asks again.
 */
async function isWithoutFile(
  { stage }: World,
  { device, isDisturbed }: Witnessed,
  violation: string,
): Promise<boolean> {
  const [, book] =
    /^GET \/v1\/library\/([0-9a-f-]+)\/metadata: .*exactly one book/.exec(violation) ?? []
  if (book === undefined || !isDisturbed) return false
  const db = stage.house.server.home.db.read
  const file = await db
    .selectFrom('book')
    .leftJoin('holding', (join) =>
      join.onRef('holding.book', '=', 'book.id').on('holding.device', '=', device),
    )
    .select(['book.artifact as ready', 'holding.artifact as announced'])
    .where('book.id', '=', book)
    .executeTakeFirst()
  return file !== undefined && file.ready === null && file.announced === null
}

/**
 * What happened to the Kobo since it was looked at last. `isWhole`: in a sync in which nothing went wrong on the way. Gives the books that it
 * was made to remove.
 */
export function checkEvents(world: World, witness: Witnessed, isWhole: boolean): string[] {
  const gone: string[] = []
  const { tally } = world.stage
  const { kobo, exempt } = witness
  for (const invariant of ['I3', 'I7', 'I17', 'I18', 'I19']) tally.check(invariant)
  const news = kobo.events.slice(witness.seenEvents)
  witness.seenEvents = kobo.events.length
  for (const event of news) {
    if (event.what === 'applied' && event.kind === 'NewEntitlement')
      witness.announced.add(event.book)
    if ('book' in event && exempt.has(event.book)) continue
    if (
      event.what === 'applied' &&
      event.dropped !== undefined &&
      event.kind !== 'NewEntitlement' &&
      event.removed === undefined &&
      !witness.announced.has(event.book) &&
      !witness.isDisturbed
    )
      fail(world, 'I3', `${event.kind} for ${event.book}, which it was never told of`)
    if (event.what === 'row gone' && event.cause.by === 'server') gone.push(event.book)
    if (event.what === 'flip' && event.cause.by === 'server') {
      const flips = (witness.flips.get(event.book) ?? 0) + 1
      witness.flips.set(event.book, flips)
      if (flips > 2 * (witness.consents.get(event.book) ?? 0))
        fail(world, 'I7', `${event.book} became a placeholder by page ${event.cause.page}`)
    }
    if (event.what === 'annotations lost' && event.cause.by === 'server' && isWhole) {
      const lost = event.ids.filter((id) => witness.told.has(id))
      if (lost.length > 0) fail(world, 'I17', `${lost.join(', ')} by ${event.cause.how}`)
    }
    if (
      event.what === 'place back' &&
      event.cause.by === 'server' &&
      event.cause.how === 'ChangedReadingState' &&
      doClocksAgree(world)
    )
      fail(world, 'I18', `${event.book} from ${event.from} to ${event.to}`)
  }
  return gone
}

/** Of places told by Kobos whose clocks differ, nobody can tell which is the later. */
function doClocksAgree({ kobos: [one, other] }: World): boolean {
  return one.kobo.switches.clockAheadMs === other.kobo.switches.clockAheadMs
}

const KINDS: Record<string, string> = {
  NewEntitlement: 'add',
  ChangedProductMetadata: 'metadata',
  ChangedReadingState: 'state',
  ChangedEntitlement: 'remove',
}

/** Asks what the next sync will do, where that can be foretold; the answer is compared with what it did. */
export async function checkPreview(
  world: World,
  witness: Witnessed,
): Promise<((report: SyncReport) => void) | undefined> {
  const { house, tally } = world.stage
  const { kobo, device } = witness
  const { unsent, twins, token, signedIn } = kobo.state()
  // An old request that comes again in the middle is a change meanwhile.
  if (twins.length > 0) return undefined
  const isQuiet = unsent.deletes.length + unsent.states.length + unsent.highlights === 0
  const newest = await newestIssued(house.server.home.db.read, device)
  if (!isQuiet || !signedIn || pageOf(token) !== (newest ?? undefined)) return undefined
  if (kobo.switches.tokenStored === 'pinned' || (await deviceOf(world, witness)).onePage)
    return undefined
  const { body } = await house.api<{ operations: { verb: string; bookId: string }[] }>(
    'GET',
    `/devices/${device}/next-sync`,
  )
  const foretold = body.operations.map(({ verb, bookId }) => `${verb} ${bookId}`).sort()
  return ({ operations, completed }) => {
    if (!completed) return
    tally.check('I23')
    const done = operations.map(({ kind, id }) => `${KINDS[kind] ?? kind} ${id}`).sort()
    if (done.join() !== foretold.join())
      fail(world, 'I23', `foretold ${foretold.join(', ')}; done ${done.join(', ')}`)
  }
}
