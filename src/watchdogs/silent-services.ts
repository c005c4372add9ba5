import { servicesCalledAt } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { servicesSilent } from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { tell } from './tell.ts'
import { completesOf, mayHoldFiles } from './watchdog.store.ts'

/** So many complete syncs, over more than this time (ms), and no call: it will not come. */
const SYNCS = 3
const LONG = 24 * 60 * 60_000

/** The oldest firmware that is known to call the reading services (docs/protocol/README.md). */
const OLDEST: readonly [number, number] = [4, 28]

/**
 * Watches whether a device that syncs also calls about highlights. A proxy that does not pass those paths, which are at the root of the host,
 * is found out by nothing else.
 */
export async function watchServices(home: Home, device: Device): Promise<void> {
  await tell(
    home,
    { kind: 'services-silent', device: device.id },
    (await isSilent(home, device)) ? [servicesSilent(device)] : [],
    'It calls about highlights now.',
  )
}

async function isSilent(home: Home, device: Device): Promise<boolean> {
  const db = home.db.read
  if (device.revokedAt !== null || !callsServices(device.firmware)) return false
  if ((await servicesCalledAt(db, device.id)) !== null) return false
  // Its calls arrive, with a sign-in of somebody else: another erratum tells of that.
  if (await openErratum(db, 'foreign-token', device.id)) return false
  const completes = await completesOf(db, device.id)
  const [first] = completes
  const last = completes.at(-1)
  if (!first || !last || completes.length < SYNCS || last.at - first.at <= LONG) return false
  // A Kobo without a book that it could read has nothing to call about.
  return await mayHoldFiles(db, device.id)
}

/** Whether Kobos with this firmware call the reading services. */
export function callsServices(firmware: string | null): boolean {
  const parts = /^(\d+)\.(\d+)/.exec(firmware ?? '')
  if (!parts) return false
  const [major, minor] = [Number(parts[1]), Number(parts[2])]
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])
}
