import type { Device } from '../devices/device.ts'
import { deviceById } from '../devices/device.store.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { isBraked } from './brake.ts'
import { newestIssued } from './chain.store.ts'
import { writeNotes } from './facts.ts'
import { duePairs } from './due.store.ts'
import { plan, type Due } from './plan.ts'
import { beginSession } from './session.ts'
import { writeToken } from './token.ts'
import { turn } from './turn.ts'
import type { Encode } from './words.ts'

/** Something that somebody wants of a device's sync, within a transaction. */
export type Wish = (tx: Tx, home: Home, device: Device) => Promise<void>

/**
 * What the next sync of a device will tell it, in the order of telling: the very turns of a sync, taken and taken back. It is what the
 * sync does if the device returns the newest token and nothing changes meanwhile. `wish` is done first, and taken back too: what a
 * wish would bring about is seen before it is made. Throws what the wish throws.
 */
export async function rehearseSync(
  home: Home,
  device: Device,
  encode: Encode,
  wish: Wish = () => Promise.resolve(),
): Promise<Due[]> {
  // What is noted is written first: notes that a rehearsal took would be lost with it.
  await writeNotes(home)
  const stage: Home = { ...home, db: { ...home.db } }
  return home.db.rehearse(async (tx) => {
    await wish(tx, stage, device)
    return wholeSync(tx, stage, await current(tx, device), encode)
  })
}

/** Others wait while a rehearsal holds the database, so that of a very long sync only these pages are taken; the rest is planned at once. */
const PAGES = 10

/** What is due beyond a page that was sent and is not acknowledged yet. */
async function rest(tx: Tx, home: Home, device: Device, sent: readonly Due[]): Promise<Due[]> {
  const told = new Set(sent.map(({ operation }) => `${operation.verb} ${operation.book}`))
  const due = plan(await duePairs(tx, device), await isBraked(tx, home, device))
  return due.filter(({ operation }) => !told.has(`${operation.verb} ${operation.book}`))
}

async function wholeSync(tx: Tx, home: Home, device: Device, encode: Encode): Promise<Due[]> {
  if (device.paused) return []
  await beginSession(tx, home, device.id)
  const page = await newestIssued(tx, device.id)
  let token = page === null ? undefined : writeToken(home.key, { ledger: home.ledger, page })
  const sent: Due[] = []
  for (let pages = 1; ; pages++) {
    const answer = await turn(tx, home, device, token, () => 0, encode)
    sent.push(...answer.sent)
    if (!answer.more) return sent
    if (pages === PAGES) return [...sent, ...(await rest(tx, home, device, answer.sent))]
    token = answer.token
  }
}

async function current(tx: Tx, device: Device): Promise<Device> {
  const now = await deviceById(tx, device.id)
  if (!now) throw new Problem('not_found', 'There is no such device.')
  return now
}
