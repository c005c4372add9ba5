import { rmSync } from 'node:fs'
import type { Kobo } from '../../src/simulator/kobo.ts'
import type { Snapshot } from '../../src/simulator/snapshot.ts'
import { renewLedger } from '../../src/sync/back-in-time.ts'
import { returnsOf } from '../../src/sync/returns.store.ts'
import { lastSeq } from '../../src/sync/log.store.ts'
import { pageOf } from './page-of.ts'
import { shelvedFor } from './wanted.ts'
import type { Witnessed } from './witness.ts'
import type { World } from './world.ts'

/** The drive as it is, with the database of another day. */
export function databaseOf(kobo: Kobo, { database }: Snapshot): Snapshot {
  return { ...kobo.snapshot(), database }
}

/** A backup of a Kobo is put back, with all that its owner cannot know from then on. */
export async function restore(world: World, witness: Witnessed, snapshot: Snapshot): Promise<void> {
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

/** The files of the library are copied away; only the newest copy is kept. */
export async function takeServerSnapshot(world: World): Promise<void> {
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
export async function rollBack(world: World, renew: boolean): Promise<void> {
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
    // Whatever that day's server does not want there may be there, and is to leave.
    const shelved = await shelvedFor(world, witness)
    for (const book of books) if (!shelved.has(book)) witness.unwanted.add(book)
    // The server of that day may never have heard of highlights that it was told of since.
    witness.told.clear()
  }
}
