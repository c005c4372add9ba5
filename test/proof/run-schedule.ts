import { audit, heal } from './audits.ts'
import { checkFiles, checkLedger, checkWords } from './checks-of-ledger.ts'
import { otherBefore } from './checks-of-other.ts'
import { placesOf, type Kill } from './kill.ts'
import { answerAll, questions } from './answers.ts'
import { prepare } from './at-home.ts'
import { ask } from './calls.ts'
import type { Schedule, Step } from './step.ts'
import { takeStep } from './take-step.ts'
import { noteWanted, shelvedFor } from './wanted.ts'
import type { Stage } from './stage.ts'
import type { Witnessed } from './witness.ts'
import { closeWorld, fail, openWorld, type World } from './world.ts'

/** Syncs after which a Kobo must have come to rest. */
const PATIENCE = 12

/**
 * Lets a schedule happen, looks at every invariant after every step, and then lets everything end well: no more faults, honest answers.
 * Finitely many syncs later each Kobo must hold exactly what it should. On a stage whose server has a process of its own, that is killed
 * as `kills` say. Gives the invariants that were broken, each with what was seen.
 */
export async function runSchedule(
  stage: Stage,
  schedule: Schedule,
  kills: readonly Kill[] = [],
): Promise<Map<string, string>> {
  const world = await openWorld(stage, schedule)
  stage.tally.schedules += 1
  try {
    const killed = placesOf(kills, schedule.steps)
    for (const [place, step] of schedule.steps.entries()) {
      const other = await otherBefore(world, step)
      await takeStep(world, step, killed.get(place))
      await other?.()
      for (const witness of world.kobos) {
        await checkLedger(world, witness)
        await noteWanted(world, witness)
      }
      await checkFiles(world)
      checkLines(world)
      if (world.broken.size > 0) return world.broken
    }
    await settle(world)
    return world.broken
  } finally {
    await closeWorld(world)
  }
}

/** A server that was killed finds nothing that it does not expect. That its database is locked, as in some steps, it does. */
function checkLines(world: World): void {
  const lines = world.stage.processes?.lines() ?? []
  const bug = lines.find((line) => line !== '' && !line.includes('"code":"unavailable"'))
  if (bug !== undefined) fail(world, 'log', bug)
}

async function settle(world: World): Promise<void> {
  for (const { device } of world.kobos)
    await ask(world, 'PATCH', `/devices/${device}`, { paused: false })
  await prepare(world)
  for (const witness of world.kobos) {
    const { kobo } = witness
    kobo.goOnline()
    let quiet = 0
    let syncs = 0
    while (quiet < 2 && syncs < PATIENCE) {
      await answerAll(world)
      const before = await pagesOf(world, witness)
      if (syncs > 0) world.kills.hurry()
      const mayBeKilled = world.kills.areWaiting
      await takeStep(world, syncStep(world, witness))
      const isQuiet = !mayBeKilled && (await pagesOf(world, witness)) === before
      quiet = isQuiet && (await questions(world)).length === 0 ? quiet + 1 : 0
      syncs += 1
    }
    world.stage.tally.check('I6')
    if (quiet < 2) fail(world, 'I6', `not quiet after ${syncs} syncs`)
  }
  checkLines(world)
  for (const witness of world.kobos) {
    await checkLedger(world, witness)
    await checkWords(world, witness)
    await checkExact(world, witness)
    await auditAtLast(world, witness)
  }
}

/**
 * An audit tells what no server could know, and heal puts it right: two syncs later there is nothing left to be found, and each Kobo holds
 * exactly what it should. The only exception is what it says is outdated.
 */
async function auditAtLast(world: World, witness: Witnessed): Promise<void> {
  await audit(world, witness)
  await heal(world, witness, { classes: null, evenUnsaved: true })
  for (let n = 0; n < 2; n += 1) await takeStep(world, syncStep(world, witness))
  const left = await audit(world, witness)
  for (const name of ['lost', 'removedRow', 'fileMissing', 'staleFile', 'orphan', 'unread'])
    for (const { bookId } of left?.classes[name] ?? [])
      fail(world, 'I22', `after heal and two syncs ${bookId} is ${name}`)
  // Of a book about which something newer speaks than the copy may be, an audit tells nothing.
  const outdated = new Set(left?.classes['outdated']?.map(({ bookId }) => bookId))
  for (const book of witness.exempt) if (!outdated.has(book)) witness.exempt.delete(book)
  await checkLedger(world, witness)
  await checkWords(world, witness)
  await checkExact(world, witness)
}

function syncStep(world: World, witness: Witnessed): Step {
  const kobo = world.kobos[0] === witness ? 0 : 1
  return { do: 'sync', kobo, rate: 0, seed: 0, edit: null, once: null }
}

async function pagesOf({ stage: { house } }: World, { device }: Witnessed): Promise<number> {
  const { pages } = await house.server.home.db.read
    .selectFrom('page')
    .select((row) => row.fn.countAll<number>().as('pages'))
    .where('device', '=', device)
    .executeTakeFirstOrThrow()
  return pages
}

/** Each Kobo holds what it should, under the names that it should, and nothing else. */
async function checkExact(world: World, witness: Witnessed): Promise<void> {
  const { house, books, tally } = world.stage
  const { kobo, device, exempt, removed } = witness
  const db = house.server.home.db.read
  const shelved = await shelvedFor(world, witness)
  const excluded = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('excluded', '=', 1)
    .execute()
  const off = new Set(excluded.map((row) => row.book))
  const wanted = new Set([...shelved].filter((id) => !off.has(id)))
  const titles = new Map(
    (await db.selectFrom('book').select(['id', 'title']).where('id', 'in', books).execute()).map(
      ({ id, title }) => [id, title],
    ),
  )
  const there = new Map(kobo.state().books.map((book) => [book.id, book]))
  for (const invariant of ['I4', 'I20', 'I21']) tally.check(invariant)
  for (const id of books) {
    if (exempt.has(id)) continue
    const book = there.get(id)
    if (wanted.has(id) && !book)
      fail(world, witness.resets.length > 0 ? 'I20' : 'I4', `${id} is missing`)
    if (!wanted.has(id) && book) fail(world, 'I21', `${id} is still there`)
    if (wanted.has(id) && book && kobo.switches.metadataShape !== 'bare')
      if (book.title !== titles.get(id)) fail(world, 'I4', `${id} has an old title: ${book.title}`)
    if (off.has(id) && !removed.has(id))
      fail(world, 'I4', `${id} is kept off, and nobody removed it`)
  }
}
