import { devicesOfPairing } from '../devices/device.store.ts'
import type { Pairing } from '../devices/device.ts'
import type { Home } from '../home.ts'
import { record } from './facts.ts'
import { holdingsOf, refold } from './holding.store.ts'

/**
 * Records that a Kobo was activated at this address (`POST /v1/auth/device`, `POST /v1/user/add-device`). The request names no
 * device, so on a pairing with siblings it counts for nobody.
 */
export async function recordActivation(home: Home, pairing: Pick<Pairing, 'id'>): Promise<void> {
  const devices = (await devicesOfPairing(home.db.read, pairing.id)).filter(
    (device) => device.revokedAt === null,
  )
  const [device, sibling] = devices
  if (!device || sibling) return
  await home.db.transact(async (tx) => {
    await record(tx, home, device.id, [{ kind: 'activation' }])
    // It bears on every book: lists of before count no more.
    await refold(tx, device.id, (await holdingsOf(tx, device.id)).keys())
  })
}
