import type { Device } from '../devices/device.ts'
import { toldErrata } from '../errata/find-errata.store.ts'
import { tokenStuck } from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { wasAnyReturnedAfter } from '../sync/returns.store.ts'
import { isStuck } from '../sync/page.ts'
import { sessionOf } from '../sync/session.store.ts'
import { tell } from './tell.ts'

/** Watches whether a device takes what it is sent: one token three times in a sync is told, until a later page is taken. */
export async function watchToken(home: Home, device: Device): Promise<void> {
  const seen = device.revokedAt === null ? await stuckSession(home, device) : undefined
  await tell(
    home,
    { kind: 'token-stuck', device: device.id },
    seen === undefined ? [] : [tokenStuck(device, seen)],
    'It takes what it is sent again.',
  )
}

/** The session in which the device was seen stuck last, unless it took a page since. */
async function stuckSession(home: Home, device: Device): Promise<number | undefined> {
  const db = home.db.read
  const session = await sessionOf(db, device.id)
  const told = (await toldErrata(db, { kind: 'token-stuck', device: device.id })).at(-1)
  const seen = session && isStuck(session) ? session.beganSeq : told && Number(told.detail.session)
  if (seen === undefined || (await wasAnyReturnedAfter(db, device.id, seen))) return undefined
  return seen
}
