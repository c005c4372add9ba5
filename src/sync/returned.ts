import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { adoptPage, moveHead, noteReturn, pageById } from './chain.store.ts'
import { raiseMediaNumber } from './device-progress.store.ts'
import { record } from './facts.ts'
import { holdingsOf, refold } from './holding.store.ts'
import { everyBook } from './known-books.store.ts'
import type { KeptSession } from './session.store.ts'
import { NO_PAGE, readToken } from './token.ts'

/** What a token told: the page that was taken (null: no token of ours came), and the number of media keys from now on. */
export type Heard = { returned: string | null; mediaNumber: number }

/**
 * Takes in what the token of a library sync proves. A page of this device whose token comes back was taken, and all pages before
 * it on its chain. A page that this server never issued means that the server was put back in time. Anything else (another
 * device's token, the store's, damage, none) is a sync without a token: it forgets what was acknowledged.
 */
export async function hearToken(
  tx: Tx,
  home: Home,
  device: Device,
  text: string | undefined,
  session: KeptSession,
): Promise<Heard> {
  const token = readToken(home.key, text)
  const page = token && (await pageById(tx, token.page))
  if (!token || token.page === NO_PAGE || (page && page.device !== device.id))
    return hearNothing(tx, home, device, session)
  if (!page) await loseSight(tx, home, device, token.page)
  await hearPage(tx, home, device, token.page, session)
  return { returned: token.page, mediaNumber: device.mediaNumber }
}

async function hearPage(
  tx: Tx,
  home: Home,
  device: Device,
  page: string,
  session: KeptSession,
): Promise<void> {
  const opened = session.pages === 0
  const known = await pageById(tx, page)
  if (opened || known?.returnedSeq === null) {
    const seq = await record(tx, home, device.id, [{ kind: 'returned', page, opened }])
    await noteReturn(tx, page, { seq, at: home.now() })
  }
  await refold(tx, device.id, await moveHead(tx, device.id, page))
}

async function hearNothing(
  tx: Tx,
  home: Home,
  device: Device,
  session: KeptSession,
): Promise<Heard> {
  // Said once per session, however often the device repeats itself.
  if (session.pages > 0 && session.token === null)
    return { returned: null, mediaNumber: device.mediaNumber }
  await record(tx, home, device.id, [{ kind: 'tokenless' }])
  await moveHead(tx, device.id, null)
  await refold(tx, device.id, (await holdingsOf(tx, device.id)).keys())
  return { returned: null, mediaNumber: await raiseMediaNumber(tx, device.id) }
}

/** The device remembers a page that this server's log has forgotten: of no book is it known whether it is there. */
async function loseSight(tx: Tx, home: Home, device: Device, page: string): Promise<void> {
  const seq = await record(tx, home, device.id, [{ kind: 'rolled-back', page }])
  await adoptPage(tx, device.id, page, { seq, at: home.now() })
  await refold(tx, device.id, await everyBook(tx))
}
