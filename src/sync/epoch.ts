import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { closeQuestions } from './amnesia-question.ts'
import { record } from './facts.ts'
import { holdingsOf, refold } from './holding.store.ts'
import { lastSeq } from './log.store.ts'

/**
 * Begins a new epoch of a device at this moment: nothing is known to be there any more. What it should hold is sent anew. With
 * `consent` its owner accepts that what is there after all must be downloaded again.
 */
export async function beginEpoch(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  { consent = false } = {},
): Promise<void> {
  await record(tx, home, device.id, [])
  await begin(tx, home, device, (await lastSeq(tx, device.id)) + 1, consent)
}

/**
 * Begins a new epoch where its cause lies, before the entry at `from`: what was offered, downloaded and proven since belongs to it.
 * The questions about what came before are answered by it.
 */
export async function beginEpochAt(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  from: number,
): Promise<void> {
  await begin(tx, home, device, from, false)
}

async function begin(
  tx: Tx,
  home: Home,
  device: Pick<Device, 'id'>,
  from: number,
  consent: boolean,
): Promise<void> {
  await record(tx, home, device.id, [{ kind: 'epoch', from, consent }])
  await closeQuestions(tx, device.id, {
    until: from,
    because: 'It was reset, and gets its books anew.',
    now: home.now(),
  })
  await refold(tx, device.id, (await holdingsOf(tx, device.id)).keys())
}
