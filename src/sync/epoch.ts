import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { record } from './facts.ts'
import { holdingsOf, refold } from './holding.store.ts'
import { lastSeq } from './log.store.ts'

/**
 * Begins a new epoch of a device at this moment: nothing is known to be there any more, for instance because its owner says
 * that it was reset. What it should hold is sent anew.
 */
export async function beginEpoch(tx: Tx, home: Home, device: Pick<Device, 'id'>): Promise<void> {
  await record(tx, home, device.id, [])
  const from = (await lastSeq(tx, device.id)) + 1
  await record(tx, home, device.id, [{ kind: 'epoch', from, consent: false }])
  await refold(tx, device.id, (await holdingsOf(tx, device.id)).keys())
}
