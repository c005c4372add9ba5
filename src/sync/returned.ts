import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { closeQuestions } from './amnesia-question.ts'
import { comesFromBackup, remembersOtherPast } from './backup.ts'
import { adoptPage, moveHead, pageById } from './chain.store.ts'
import { raiseMediaNumber } from './device-progress.store.ts'
import { record } from './facts.ts'
import { holdingsOf, refold } from './holding.store.ts'
import { everyBook } from './known-books.store.ts'
import { lastRolledBack, wasTold } from './journeys.store.ts'
import { noteReturn, returnsOf, wasAnyReturnedAfter } from './returns.store.ts'
import type { KeptSession } from './session.store.ts'
import { NO_PAGE, readTokenWith, type SyncToken } from './token.ts'

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
  const token = readTokenWith([home.key, ...home.formerKeys], text)
  const page = token && (await pageById(tx, token.page))
  if (!token || token.page === NO_PAGE || (page && page.device !== device.id))
    return hearNothing(tx, home, device, session)
  await noticeOtherPast(tx, home, device, token, page !== undefined)
  if (session.pages === 0) await noticeBackup(tx, home, device, token.page)
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
  session.tokenless = true
  await record(tx, home, device.id, [{ kind: 'tokenless' }])
  await moveHead(tx, device.id, null)
  await refold(tx, device.id, (await holdingsOf(tx, device.id)).keys())
  return { returned: null, mediaNumber: await raiseMediaNumber(tx, device.id) }
}

/**
 * A page that this server never issued, or a token of a ledger that it gave up: the server was put back in time, and of no book is it
 * known whether it is there. A page that nobody knows becomes the root of a chain.
 */
async function noticeOtherPast(
  tx: Tx,
  home: Home,
  device: Device,
  token: SyncToken,
  isKnown: boolean,
): Promise<void> {
  const isOtherLedger = token.ledger !== home.ledger
  if (isKnown && !isOtherLedger) return
  const isTold = isOtherLedger && (await wasTold(tx, device.id, token.ledger))
  const wasHeardSince = isTold && (await wasHeardSinceRollback(tx, device.id))
  if (remembersOtherPast({ isKnown, isOtherLedger }, { isTold, wasHeardSince })) {
    const was = isOtherLedger ? token.ledger : null
    await record(tx, home, device.id, [{ kind: 'rolled-back', page: token.page, was }])
    await refold(tx, device.id, await everyBook(tx))
  }
  if (isKnown) return
  const mark = await lastRolledBack(tx, device.id)
  if (mark) await adoptPage(tx, device.id, token.page, mark)
}

async function wasHeardSinceRollback(tx: Tx, device: string): Promise<boolean> {
  const mark = await lastRolledBack(tx, device)
  const last = (await returnsOf(tx, device)).at(-1)
  return mark !== undefined && last !== undefined && last.seq > mark.seq
}

/** The device was put back to a backup of its own: what it forgot is void, and so are the questions of that time. */
async function noticeBackup(tx: Tx, home: Home, device: Device, id: string): Promise<void> {
  const page = await pageById(tx, id)
  if (!page || !(await wasAnyReturnedAfter(tx, device.id, page.seq))) return
  const found = comesFromBackup({ id, seq: page.seq }, await returnsOf(tx, device.id), home.now())
  if (!found) return
  await record(tx, home, device.id, [{ kind: 'restored', page: id, ...found }])
  await closeQuestions(tx, device.id, {
    since: found.issued,
    because: 'The Kobo was put back to an earlier day.',
    now: home.now(),
  })
  await refold(tx, device.id, (await holdingsOf(tx, device.id)).keys())
}
