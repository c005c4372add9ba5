import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import { closeErrataAbout, fileErratum } from '../errata/errata.store.ts'
import { drifted } from '../errata/device-errata.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { isOvertaken } from './certificate.store.ts'
import { isHeldBack, type Certificate } from './certificate.ts'
import type { Finding } from './snapshot.ts'

/** Tells a device's person what an audit found that waits for them, or that nothing does any more. */
export async function tellDrift(
  tx: Tx,
  home: Home,
  device: Device,
  certificate: Pick<Certificate, 'id' | 'place'>,
  drift: readonly Finding[],
): Promise<void> {
  // Of a copy of which nobody knows the day, nothing follows either way.
  if (certificate.place === null) return
  // What a newer copy said stands.
  if (await isOvertaken(tx, device.id, certificate.place)) return
  const now = home.now()
  if (drift.length === 0) {
    await closeErrataAbout(tx, 'drift', device.id, 'Nothing is left to heal.', now)
    return
  }
  const heldBack = drift.filter(isHeldBack).length
  const erratum = drifted(device, { audit: certificate.id, books: drift.length, heldBack })
  await fileErratum(tx, erratum, randomId(home.random), now)
}
