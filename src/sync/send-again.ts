import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { record } from './facts.ts'
import { duePairs } from './due.store.ts'
import { isInQuestion } from './plan.ts'

/**
 * The person's leave to send every wanted book as new of which nobody can tell whether it is there, since the device or the
 * server went back in time. Such pairs stay due until they are settled.
 */
export async function sendAgain(tx: Tx, home: Home, device: Device): Promise<void> {
  const questions = (await duePairs(tx, device)).filter(isInQuestion)
  await record(
    tx,
    home,
    device.id,
    questions.map(({ book }) => ({ kind: 'consent', book })),
  )
}
