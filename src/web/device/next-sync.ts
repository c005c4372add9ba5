import type { Device } from '../../devices/device.ts'
import { encoder } from '../../encoder.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'
import { countDue } from '../../sync/due.store.ts'
import { doAndForetell } from '../../sync/foretell.ts'
import { previewOf, type Preview } from '../../sync/preview.ts'
import { rehearseSync, type Wish } from '../../sync/rehearse.ts'
import { tellPreview } from '../../sync/tell-preview.ts'
import { baseOf } from '../cookie.ts'
import { told } from '../told.ts'
import type { WebContext } from '../visit.ts'

/** What the next sync of a device will do, as things are, or after a wish that is not done. Throws what the wish throws. */
export async function previewFor(
  c: WebContext,
  home: Home,
  device: Device,
  wish?: Wish,
): Promise<Preview> {
  const due = await rehearseSync(home, device, encoder(home, device, baseOf(c, home)), wish)
  return previewOf(home.db.read, device, due)
}

/** Does what is wanted, and keeps what the next sync will do, so that the diary can say whether it came true. */
export async function fulfil(c: WebContext, home: Home, device: Device, wish: Wish): Promise<void> {
  await doAndForetell(home, device, encoder(home, device, baseOf(c, home)), wish)
}

/** To rehearse more than this takes longer than somebody waits for a page, and lets everybody else wait. */
const REHEARSED = 1000

/** The next sync in a sentence. A page is shown, too, when the next sync cannot be looked at. */
export async function nextSyncInBrief(c: WebContext, home: Home, device: Device): Promise<string> {
  if (device.revokedAt !== null) return 'There will be no next sync, for it was revoked.'
  if (device.paused) return 'It is paused, so the next sync brings nothing.'
  const due = await countDue(home.db.read, device.id)
  if (due > REHEARSED)
    return `The next sync has much to do: up to ${told(due)} books arrive, change or leave.`
  try {
    return tellPreview(await previewFor(c, home, device))
  } catch (error) {
    if (error instanceof Problem) return `What the next sync does is not known. ${error.message}`
    throw error
  }
}
