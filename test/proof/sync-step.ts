import Sqlite from 'better-sqlite3'
import { anyOf, randomFaults, type Fault, type Faults } from '../../src/simulator/faults.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import { lastSeq } from '../../src/sync/log.store.ts'
import { edit } from './at-home.ts'
import { checkEvents, checkPreview, expectWire } from './checks-of-device.ts'
import { faultOnce } from './fault-once.ts'
import type { FaultOnce, Sync } from './step.ts'
import { checkRemovals } from './wanted.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

/** What goes wrong in a sync: at this rate anywhere, once, or as a kill says. */
export function faultsOf(
  world: World,
  witness: Witnessed,
  { rate, seed, once }: { rate: number; seed: number; once?: FaultOnce | null },
): Faults {
  const random = seededRandom(seed)
  const faults = anyOf([randomFaults(random, rate / 100), faultOnce(once ?? null, random)])
  return (exchange) => {
    const chosen = faults(exchange)
    const killed = world.kills.faults(exchange)
    if (world.kills.hasBegun) witness.isTroubled = true
    if (killed) return killed
    // Nothing on the way keeps a request for the library until the next sync, minutes later.
    const isTooLate = chosen?.kind === 'twin-later' && exchange.path === '/v1/library/sync'
    const fault: Fault | undefined = isTooLate ? { kind: 'twice' } : chosen
    if (fault) world.stage.tally.fault(fault.kind)
    if (fault) witness.isTroubled = true
    return fault
  }
}

/** A Kobo syncs; what its owner does meanwhile happens between two exchanges. */
export async function sync(world: World, witness: Witnessed, step: Sync): Promise<void> {
  const { house } = world.stage
  const { kobo, device } = witness
  // A removal that is told only after the book came again looks like a removal of that.
  const { books, unsent } = kobo.state()
  for (const { id } of books) if (unsent.deletes.includes(id)) witness.exempt.add(id)
  const isPlain = step.rate === 0 && step.once === null
  const preview = isPlain && step.edit === null ? await checkPreview(world, witness) : undefined
  const before = await lastSeq(house.server.home.db.read, device)
  const faults = faultsOf(world, witness, step)
  const change = step.edit
  const report = await kobo.sync({
    faults: (exchange) => {
      if (exchange.n !== change?.at) return faults(exchange)
      world.between = () => edit(world, change)
      return { kind: 'delay', ms: 1 }
    },
  })
  await world.kills.overcome()
  const isWhole = isPlain && !world.wasKilled
  world.between = undefined
  await expectWire(world, witness, report)
  if (isWhole) preview?.(report)
  const gone = checkEvents(world, witness, isWhole)
  if (step.edit === null) await checkRemovals(world, witness, gone, isWhole)
  await world.stage.noted()
  const news = await house.server.home.db.read
    .selectFrom('log')
    .select('kind')
    .where('device', '=', device)
    .where('seq', '>', before)
    .where('kind', 'in', ['returned', 'restored'])
    .executeTakeFirst()
  if (news) witness.untold.clear()
  if (isWhole && report.completed)
    for (const { annotations } of kobo.state().books)
      for (const each of annotations) witness.told.add(each.id)
}

/** Another program holds the database: every call is answered 503, and nothing is changed. */
export async function syncLocked(world: World, witness: Witnessed): Promise<void> {
  const { house, tally } = world.stage
  const { home } = house.server
  const before = await lastSeq(home.db.read, witness.device)
  const other = new Sqlite(home.config.database)
  try {
    other.exec('begin immediate')
    await witness.kobo.sync()
  } finally {
    other.exec('rollback')
    other.close()
  }
  tally.check('I12')
  if ((await lastSeq(home.db.read, witness.device)) !== before)
    fail(world, 'I12', 'a locked database was written to')
  checkEvents(world, witness, false)
}
