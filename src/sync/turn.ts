import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { tellQuestion } from './back-in-time.ts'
import { isBraked } from './brake.ts'
import { headOf, strangersPage } from './chain.store.ts'
import { notePin } from './device-progress.store.ts'
import { dueNow, everythingDue } from './due-now.ts'
import { settle } from './due.store.ts'
import { record } from './facts.ts'
import { refold } from './holding.store.ts'
import { appendPage } from './log.store.ts'
import { cutPage, heard, NEW_SESSION } from './page.ts'
import type { Due } from './plan.ts'
import { hearToken } from './returned.ts'
import { currentSession } from './session.ts'
import { keepSession } from './session.store.ts'
import { NO_PAGE, writeToken } from './token.ts'
import { bytesOf, carrying, encodeFirst, type Encode } from './words.ts'

/** The answer to a library sync. */
export type Turn = {
  operations: string[]
  token: string
  more: boolean
  session: number
  /** What the operations are, with the pairs they are about. */
  sent: readonly Due[]
}

/** How many answers of a session (named by its place in the log) went out to their last byte. */
export type HandedOver = (session: number) => number

/**
 * One turn of a device's library sync, as one transaction: take in what its token proves, plan what is due, write the page down
 * and only then answer. `tokenText` is the token as it came; any text is allowed. Throws only when nothing could be decided: the
 * caller answers 503 and nothing has changed.
 */
export async function takeTurn(
  home: Home,
  device: Device,
  tokenText: string | undefined,
  handedOver: HandedOver,
  encode: Encode,
): Promise<Turn> {
  return home.db.transact((tx) => turn(tx, home, device, tokenText, handedOver, encode))
}

/** The same within a transaction. */
export async function turn(
  tx: Tx,
  home: Home,
  device: Device,
  tokenText: string | undefined,
  handedOver: HandedOver,
  encode: Encode,
): Promise<Turn> {
  await record(tx, home, device.id, [])
  const session = await currentSession(tx, home, device.id)
  const { returned, mediaNumber } = await hearToken(tx, home, device, tokenText, session)
  const nothing = { operations: [], more: false, session: session.beganSeq, sent: [] }
  if (device.paused) {
    // That it came without a token is judged as ever when this session is over.
    const now = { ...heard(session, returned), pages: session.pages + 1 }
    await keepSession(tx, device.id, { ...session, ...now, lastAt: home.now() })
    return { ...nothing, token: await lastToken(tx, home, device) }
  }

  const brake = await isBraked(tx, home, device)
  const { due, count, settled, asks } = await dueNow(tx, device, session, brake)
  await settle(tx, device.id, settled)
  // Only the first page of a session looks at everything that is due.
  if (asks || session.budget === null) await tellQuestion(tx, home, device, asks)
  const now = heard({ ...session, budget: session.budget ?? count }, returned)
  if (now.repeats === 3 && handedOver(session.beganSeq) >= session.pages)
    await notePin(tx, device.id)
  const words = await encodeFirst(tx, device, mediaNumber, due, encode)
  const cut = cutPage(
    due.filter((each) => words.has(each)),
    now,
    { onePage: device.onePage },
    (each) => bytesOf(words.get(each)),
  )
  await keepSession(tx, device.id, { ...session, ...cut.session, lastAt: home.now() })

  const page =
    cut.page.length > 0 || returned !== null
      ? cut.page
      : await carrying(tx, device, mediaNumber, encode, words)
  if (page.length === 0) {
    await record(tx, home, device.id, [{ kind: 'complete' }])
    return { ...nothing, token: await lastToken(tx, home, device) }
  }
  const token = await issuePage(tx, home, device, page, returned)
  if (!cut.more) await record(tx, home, device.id, [{ kind: 'complete' }])
  return {
    operations: page.map((each) => words.get(each) ?? ''),
    token,
    more: cut.more,
    session: session.beganSeq,
    sent: page,
  }
}

/**
 * Answers a library sync that does not say which Kobo makes it, from the ledger of the pairing's only one: the first page of what is due.
 * The page is written down like any other; the request proves nothing, so its token is not heard and no session begins.
 */
export async function answerStranger(
  home: Home,
  device: Device,
  encode: Encode,
): Promise<Pick<Turn, 'operations' | 'token'>> {
  return home.db.transact(async (tx) => {
    const nothing = { operations: [], token: await lastToken(tx, home, device) }
    if (device.paused) return nothing
    const { due } = await everythingDue(tx, device, await isBraked(tx, home, device))
    const words = await encodeFirst(tx, device, device.mediaNumber, due, encode)
    const { page } = cutPage(
      due.filter((each) => words.has(each)),
      NEW_SESSION,
      { onePage: true },
      (each) => bytesOf(words.get(each)),
    )
    if (page.length === 0) return nothing
    const token = await issuePage(tx, home, device, page, await headOf(tx, device.id), true)
    return { operations: page.map((each) => words.get(each) ?? ''), token }
  })
}

/** Writes a page down, and gives the token that names it. A stranger who is told the same again is given the same page. */
async function issuePage(
  tx: Tx,
  home: Home,
  device: Device,
  page: readonly Due[],
  parent: string | null,
  stranger = false,
): Promise<string> {
  const operations = page.map((each) => each.operation)
  const same = stranger && (await strangersPage(tx, device.id, parent, operations))
  if (same) return writeToken(home.key, { ledger: home.ledger, page: same })
  const id = home.random(16).toString('base64url')
  await appendPage(tx, device.id, home.now(), { id, parent, operations, stranger })
  await refold(
    tx,
    device.id,
    operations.map((operation) => operation.book),
  )
  return writeToken(home.key, { ledger: home.ledger, page: id })
}

/**
 * The newest acknowledged token again: one that changes on an empty answer may not be stored. Whoever came without a token gets one without
 * a page, for what it brings back counts as taken.
 */
async function lastToken(tx: Tx, home: Home, device: Device): Promise<string> {
  const page = (await headOf(tx, device.id)) ?? NO_PAGE
  return writeToken(home.key, { ledger: home.ledger, page })
}
