import { deviceById } from '../devices/device.store.ts'
import type { Home } from '../home.ts'
import { watchDownloads } from './downloads.ts'
import { watchLimits } from './limits.ts'
import { watchDisks } from './low-disk.ts'
import { watchQuestions } from './questions.ts'
import { watchServices } from './silent-services.ts'
import { watchToken } from './stuck-token.ts'
import { watchRequests } from './unknown-requests.ts'
import { watchedDevices } from './watchdog.store.ts'

/**
 * Looks at everything that a Kobo does not say of itself: each trouble becomes an erratum, and each erratum whose cause is gone is
 * closed. Costs little while nothing is wrong, and writes only what changes.
 */
export async function watch(home: Home): Promise<void> {
  for (const id of await watchedDevices(home.db.read)) {
    const device = await deviceById(home.db.read, id)
    if (!device) continue
    await watchDownloads(home, device)
    await watchToken(home, device)
    await watchServices(home, device)
    await watchQuestions(home, device)
  }
  await watchRequests(home)
  await watchLimits(home)
  await watchDisks(home)
}
