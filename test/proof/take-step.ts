import { rmSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { anyOf, randomFaults, type Fault, type Faults } from '../../src/simulator/faults.ts'
import { seededRandom } from '../../src/simulator/random.ts'
import type { Kobo } from '../../src/simulator/kobo.ts'
import type { Snapshot } from '../../src/simulator/snapshot.ts'
import { renewLedger } from '../../src/sync/back-in-time.ts'
import { returnsOf } from '../../src/sync/chain.store.ts'
import { lastSeq } from '../../src/sync/log.store.ts'
import { audit, copyOf, heal } from './audits.ts'
import { answerAll } from './answers.ts'
import { ask, call, deviceOf } from './calls.ts'
import { consent, shelfOf, shelve } from './owner.ts'
import { checkEvents, checkPreview, expectWire } from './checks-of-device.ts'
import { pageOf } from './page-of.ts'
import { faultOnce } from './fault-once.ts'
import { isWish, type Kill } from './kill.ts'
import type { Edit, FaultOnce, Step, Sync } from './step.ts'
import { checkRemovals } from './wanted.ts'
import { fail, type Witnessed, type World } from './world.ts'

/** So long after each step every session is over, in ms. */
const PAUSE = 130_000

/**
 * Lets one thing happen. Time passes before, so that nothing happens at the same instant. From this step on a `kill` of the server may come.
 */
export async function takeStep(world: World, step: Step, kill?: Kill): Promise<void> {
  const { house, tally, noted, rest } = world.stage
  tally.step(step.do)
  await noted()
  house.advance(PAUSE)
  world.wasKilled = false
  if (kill) await world.kills.add(kill, isWish(kill, step) ? step.do : undefined)
  noteTrouble(world, step)
  try {
    await act(world, step)
  } finally {
    await world.kills.overcome()
  }
  await rest()
}

/** A kill may come while somebody acts on this Kobo. */
function noteTrouble(world: World, step: Step): void {
  if ('kobo' in step && world.kills.hasBegun) world.kobos[step.kobo].isTroubled = true
}

async function act(world: World, step: Step): Promise<void> {
  if ('kobo' in step) {
    const id = 'book' in step ? (world.stage.books[step.book] ?? '') : ''
    return actOnKobo(world, world.kobos[step.kobo], step, id)
  }
  return actAtHome(world, step)
}

async function actAtHome(world: World, step: Exclude<Step, OnKobo>): Promise<void> {
  const { house, books } = world.stage
  const id = 'book' in step ? (books[step.book] ?? '') : ''
  switch (step.do) {
    case 'shelve':
    case 'unshelve':
    case 'rename':
      return edit(world, { do: step.do, book: step.book, at: 0 })
    case 'delete book':
      return void (await ask(world, 'DELETE', `/books/${id}`))
    case 'restore book':
      return void (await ask(world, 'POST', `/books/${id}/restore`))
    case 'again':
      return importAgain(world, step.book)
    case 'not ready':
      return unprepare(world, id)
    case 'machine removes': {
      const remove = books.slice(0, step.count)
      const body = { remove, cause: 'machine' }
      return void (await ask(world, 'POST', `/shelves/${world.shelves[0]}/books`, body))
    }
    case 'answer':
      return answerAll(world)
    case 'restart':
      return house.restart({ kill: step.how === 'kill' })
    case 'server snapshot':
      return takeServerSnapshot(world)
    case 'server rollback':
      return rollBack(world, step.renew)
  }
}

type OnKobo = Extract<Step, { kobo: 0 | 1 }>

async function actOnKobo(world: World, witness: Witnessed, step: OnKobo, id: string) {
  const { kobo, device } = witness
  const now = world.stage.house.now()
  const book = kobo.state().books.find((each) => each.id === id)
  const isReadable = book?.downloaded === true && book.file !== undefined
  switch (step.do) {
    case 'sync':
      return sync(world, witness, step)
    case 'tap':
      if (!book || book.downloaded) return
      await kobo.tap(id, { faults: faultsOf(world, witness, step) })
      await world.kills.overcome()
      checkEvents(world, witness, step.rate === 0 && !world.wasKilled)
      return
    case 'read':
      if (!isReadable) return
      world.percent = Math.min(99, world.percent + 1)
      await kobo.close(id, { percent: world.percent }, { offline: step.offline })
      checkEvents(world, witness, false)
      return
    case 'highlight':
      if (isReadable) kobo.highlight(id, `Words at ${now}`)
      return
    case 'remove':
      if (!book) return
      kobo.remove(id)
      witness.removed.add(id)
      return
    case 'remove download':
      if (isReadable) kobo.removeDownload(id)
      return
    case 'lose row':
      if (!book) return
      kobo.loseRows([id])
      witness.exempt.add(id)
      witness.isDisturbed = true
      return
    case 'delete file':
      if (isReadable) kobo.deleteFile(id)
      return
    case 'wipe':
      for (const each of kobo.state().books) witness.exempt.add(each.id)
      kobo.wipeLibrary()
      witness.isDisturbed = true
      return
    case 'older database':
      if (witness.snapshot) await restore(world, witness, databaseOf(kobo, witness.snapshot))
      return
    case 'copy database':
      witness.copy = copyOf(world, witness)
      return
    case 'audit':
      return void (await audit(world, witness, step))
    case 'heal':
      return heal(world, witness, step)
    case 'resend':
    case 'retract': {
      if (step.do === 'retract') witness.unwanted.add(id)
      const isDone = await ask(world, 'POST', `/devices/${device}/${step.do}`, { books: [id] })
      if (isDone) consent(world, witness, [id])
      return
    }
    case 'bring back':
      if (await ask(world, 'POST', `/devices/${device}/removals/${id}/bring-back`))
        witness.removed.delete(id)
      return
    case 'reset sync':
      await ask(world, 'POST', `/devices/${device}/reset-sync`)
      return consent(world, witness)
    case 'pause': {
      const { paused } = await deviceOf(world, witness)
      return void (await ask(world, 'PATCH', `/devices/${device}`, { paused: !paused }))
    }
    case 'policy': {
      const { onDelete } = await deviceOf(world, witness)
      const next = NEXT_POLICY[onDelete]
      return void (await ask(world, 'PATCH', `/devices/${device}`, { onDelete: next }))
    }
    case 'stranger':
      await (
        await fetch(`${kobo.address()}/v1/library/sync`, { headers: { connection: 'close' } })
      ).text()
      return
    case 'locked':
      return syncLocked(world, witness)
    case 'lose token':
    case 'store token':
      loseSight(witness)
      if (step.do === 'store token') kobo.takeStoreToken()
      else kobo.loseToken()
      return
    case 'sign out':
      loseSight(witness)
      kobo.signOut()
      if (kobo.switches.signOut === 'drops-rows') witness.resets.push(now)
      witness.copy = undefined
      return
    case 'factory reset':
      kobo.factoryReset()
      witness.resets.push(now)
      witness.copy = undefined
      return loseSight(witness)
    case 'device snapshot':
      witness.snapshot = kobo.snapshot()
      return
    case 'device restore':
      if (witness.snapshot) await restore(world, witness, witness.snapshot)
      return
  }
}

const NEXT_POLICY = {
  'keep-off': 'bring-back',
  'bring-back': 'unshelve',
  unshelve: 'keep-off',
} as const

async function edit(world: World, { do: what, book }: Edit): Promise<void> {
  const id = world.stage.books[book] ?? ''
  if (what === 'shelve') return shelve(world, book)
  if (what === 'unshelve')
    return void (await ask(world, 'DELETE', `/shelves/${shelfOf(world, book)}/books/${id}`))
  const title = `Book ${book}, ${world.stage.house.now() + Math.floor(performance.now())}`
  await ask(world, 'PATCH', `/books/${id}`, { title })
}

/** A book whose file is being made anew: it is there, and nothing can be sent of it for a while. */
async function unprepare(world: World, id: string): Promise<void> {
  const { home } = world.stage.house.server
  await home.db.transact((tx) =>
    tx
      .updateTable('book')
      .set({ artifact: null, lease_until: Number.MAX_SAFE_INTEGER })
      .where('id', '=', id)
      .execute(),
  )
}

/** Every book can be sent again. */
export async function prepare(world: World): Promise<void> {
  const { house, books } = world.stage
  await house.server.home.db.transact((tx) =>
    tx.updateTable('book').set({ lease_until: null }).where('id', 'in', books).execute(),
  )
  await house.settled()
}

/** The same bytes again are the same book. */
async function importAgain(world: World, book: number): Promise<void> {
  const { files, books, tally } = world.stage
  const { body } = await call<{ id: string }>(world, 'POST', '/books', files[book])
  tally.check('I13')
  if (body.id !== books[book]) fail(world, 'I13', `book ${book} came back as ${body.id}`)
}

function faultsOf(
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
    if (fault?.kind === 'twin-later') witness.hasTwin = true
    return fault
  }
}

async function sync(world: World, witness: Witnessed, step: Sync): Promise<void> {
  const { house } = world.stage
  const { kobo, device } = witness
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
  expectWire(world, report)
  if (isWhole) preview?.(report)
  // In a sync without faults the last of them has come.
  if (isWhole) witness.hasTwin = false
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
async function syncLocked(world: World, witness: Witnessed): Promise<void> {
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

/** The Kobo's token tells nothing of an earlier restore any more. */
function loseSight(witness: Witnessed): void {
  for (const book of witness.untold) witness.exempt.add(book)
  witness.untold.clear()
  witness.isDisturbed = true
}

/** The drive as it is, with the database of another day. */
function databaseOf(kobo: Kobo, { database }: Snapshot): Snapshot {
  return { ...kobo.snapshot(), database }
}

async function restore(world: World, witness: Witnessed, snapshot: Snapshot): Promise<void> {
  const { kobo, device } = witness
  const { house } = world.stage
  const before = rowsOf(witness)
  const pending = kobo.state().unsent.deletes
  kobo.restore(snapshot)
  const after = rowsOf(witness)
  const page = pageOf(kobo.token())
  const db = house.server.home.db.read
  const known =
    page === undefined
      ? undefined
      : await db.selectFrom('page').select('seq').where('id', '=', page).executeTakeFirst()
  const newer =
    known && (await returnsOf(db, device)).some((each) => each.opened && each.issued > known.seq)
  const isBlind = page === undefined || (known !== undefined && !newer)
  // After a reset nothing is there any more, though the server believes that it is.
  const believed = await db
    .selectFrom('holding')
    .select('book')
    .where('device', '=', device)
    .where('state', '<>', 'none')
    .execute()
  const differing = world.stage.books.filter(
    (id) =>
      before.get(id) !== after.get(id) ||
      pending.includes(id) ||
      (!after.has(id) && believed.some(({ book }) => book === id)),
  )
  for (const book of world.stage.books) witness.untold.add(book)
  // Nobody audits a copy of a life that was undone.
  witness.copy = undefined
  if (isBlind) for (const book of differing) witness.exempt.add(book)
  if (page === undefined) witness.restores.push(house.now())
  witness.isDisturbed = true
}

function rowsOf({ kobo }: Witnessed): Map<string, string> {
  return new Map(
    kobo.state().books.map((each) => [each.id, `${each.downloaded} ${each.file} ${each.title}`]),
  )
}

async function takeServerSnapshot(world: World): Promise<void> {
  const { house } = world.stage
  if (world.serverSnapshot) rmSync(world.serverSnapshot.folder, { recursive: true, force: true })
  const logs = await Promise.all(
    world.kobos.map(({ device }) => lastSeq(house.server.home.db.read, device)),
  )
  world.serverSnapshot = {
    folder: await house.copyAway(),
    logs,
    removed: world.kobos.map(({ removed }) => new Set(removed)),
  }
}

/** The files of the library are put back as they were; a restore that knows what it does says so to the ledger. */
async function rollBack(world: World, renew: boolean): Promise<void> {
  const { house, books } = world.stage
  const { serverSnapshot } = world
  if (!serverSnapshot) return
  const logs = await Promise.all(
    world.kobos.map(({ device }) => lastSeq(house.server.home.db.read, device)),
  )
  await house.restart({ from: serverSnapshot.folder })
  if (renew) {
    await renewLedger(house.server.home)
    await house.restart()
  }
  const db = house.server.home.db.read
  for (const [index, witness] of world.kobos.entries()) {
    const page = pageOf(witness.kobo.token())
    const isKnown =
      page !== undefined &&
      (await db.selectFrom('page').select('id').where('id', '=', page).executeTakeFirst()) !==
        undefined
    const isBlind = !renew && (page === undefined || isKnown)
    if (isBlind && (logs[index] ?? 0) > (serverSnapshot.logs[index] ?? 0))
      for (const book of books) witness.exempt.add(book)
    if (!renew) for (const book of books) witness.untold.add(book)
    witness.copy = undefined
    for (const book of witness.kobo.state().unsent.deletes) witness.removed.add(book)
    witness.removed = new Set([...witness.removed, ...(serverSnapshot.removed[index] ?? [])])
    witness.isDisturbed = true
    // The server of that day may never have heard of highlights that it was told of since.
    witness.told.clear()
  }
}
