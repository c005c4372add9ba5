import { applyOperations } from './apply.ts'
import { violate, type Session } from './device.ts'
import { counted, listed } from './diary.ts'
import { stamp } from './instants.ts'
import { Interrupted } from './interrupted.ts'
import { parseJson } from './json.ts'
import { bookRow, noteAnnounced, storeSyncToken, syncToken } from './library.ts'
import { readOperation, type Operation } from './operations.ts'
import { pick } from './random.ts'
import { pointedNumbers } from './validate/reading-state.ts'
import { complaintsAboutPage, complaintsAboutToken } from './validate/page.ts'
import { stop } from './stop.ts'
import { sendJson, type Crash, type Reply } from './wire.ts'

/** The same query in every library sync. */
export const SYNC_PATH =
  '/v1/library/sync?Filter=ALL&DownloadUrlFilter=Generic,Android&PrioritizeRecentReads=true'

/** So many answers in one session that the server will never stop. */
const MOST_PAGES = 400
const IDENTICAL_PAGES = 3

const VERBS: Record<Operation['kind'], string> = {
  NewEntitlement: 'new',
  ChangedEntitlement: 'changed',
  ChangedProductMetadata: 'metadata of',
  ChangedReadingState: 'place in',
  NewTag: 'shelf',
  ChangedTag: 'shelf',
  DeletedTag: 'no more shelf',
}

/**
 * The library sync: pages are asked for and applied until one comes without `continue`. When the returned token is stored
 * and sent again is a switch (docs/protocol/library-sync.md).
 */
export async function syncLibrary(session: Session): Promise<void> {
  const { device, report } = session
  const { switches, db } = device
  let sent = syncToken(db)
  let previous = ''
  let repeats = 0
  for (let page = 1; ; page += 1) {
    const reply = await askForPage(session, sent)
    device.pages += 1
    const { answer, at, crash } = reply
    const token = headerOf(answer.headers['x-kobo-synctoken'])
    const more = headerOf(answer.headers['x-kobo-sync']) === 'continue'
    const operations = checkPage(session, reply, token)
    const body = answer.body.toString('utf8')
    repeats = more && body === previous ? repeats + 1 : 1
    previous = body

    noteAnnounced(db, announcedBy(operations))
    const applied = applyOperations(session, operations, at, crashPoint(session, crash, operations))
    report.pages += 1
    if (more) report.continues += 1
    for (const operation of applied) report.operations.push(entryOf(operation))
    tellPage(session, operations, more)

    if (crash?.when === 'before-token')
      throw stop(session, at, 'the device crashed before it stored the token')
    const stores = operations.length > 0 || switches.storesTokenOnEmpty
    if (token && stores && (switches.tokenStored === 'per-page' || !more)) {
      storeSyncToken(db, token, switches.firmware, stamp(device.now()))
    }
    if (crash?.when === 'after-token')
      throw stop(session, at, 'the device crashed after it stored the token')
    if (!more) return
    if (repeats >= IDENTICAL_PAGES || page >= MOST_PAGES) {
      violate(session, at, [
        repeats >= IDENTICAL_PAGES
          ? `${IDENTICAL_PAGES} identical answers in a row say continue`
          : `${MOST_PAGES} answers in one session all say continue`,
      ])
      throw stop(session, at, 'the server never stops saying continue')
    }
    if (token && switches.tokenStored !== 'pinned') sent = token
  }
}

/** After how many operations the device crashes; all of them when it does not, or only afterwards. */
function crashPoint(
  session: Session,
  crash: Crash | undefined,
  { length }: readonly Operation[],
): number {
  if (crash?.when !== 'before-token') return length
  const { switches, random } = session.device
  const anywhere = switches.pageApplied === 'whole' ? length : pick(random, length + 1)
  return Math.min(crash.atItem ?? anywhere, length)
}

/** How often a page that did not arrive is asked for again at once. */
const TRIES_AT_ONCE = 2

async function askForPage(
  session: Session,
  token: string | null,
): Promise<Reply & { json: unknown }> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await askOnce(session, token)
    } catch (error) {
      const again = session.device.switches.pageAskedAgain === 'at-once' && tries <= TRIES_AT_ONCE
      if (!(error instanceof Interrupted) || !again) throw error
      session.device.diary.note('The Kobo asks for the same page again at once.')
    }
  }
}

async function askOnce(session: Session, token: string | null): Promise<Reply & { json: unknown }> {
  return await sendJson(session, {
    method: 'GET',
    to: SYNC_PATH,
    headers: token === null ? {} : { 'x-kobo-synctoken': token },
    overheard: (body) => noteOverheard(session, body),
    untold: true,
  })
}

function checkPage(
  session: Session,
  { json, at, answer }: Reply & { json: unknown },
  token: string | undefined,
): Operation[] {
  violate(session, at, complaintsAboutToken(token))
  const page: unknown[] | undefined = Array.isArray(json) ? json : undefined
  if (!page) {
    violate(session, at, ['the body must be an array'])
    throw stop(session, at, 'the page is not an array')
  }
  violate(session, at, complaintsAboutPage(page, answer.received))
  violate(session, at, pointedNumbers(answer.body.toString('utf8')))
  return page.flatMap((element) => readOperation(element) ?? [])
}

/** A page that was answered and then lost: the device never saw it, the server may have counted it. */
function noteOverheard(session: Session, body: Buffer): void {
  const page = parseJson(body)
  if (!Array.isArray(page)) return
  const operations = page.flatMap((element: unknown) => readOperation(element) ?? [])
  noteAnnounced(session.device.db, announcedBy(operations))
}

function announcedBy(operations: readonly Operation[]): string[] {
  return operations.filter((each) => each.kind === 'NewEntitlement').map((each) => each.id)
}

function entryOf(operation: Operation): { kind: string; id: string; removed?: true } {
  const { kind, id } = operation
  return 'removed' in operation && operation.removed ? { kind, id, removed: true } : { kind, id }
}

function tellPage(session: Session, operations: readonly Operation[], more: boolean): void {
  if (!session.device.diary.isRead) return
  const told = operations.map((operation) => {
    const title = bookRow(session.device.db, operation.id)?.title ?? operation.id
    return `${verbOf(operation)} “${title}”`
  })
  const what = told.length > 0 ? `: ${listed(told)}` : ''
  const next = more ? ', continue' : ''
  session.device.diary.note(
    `GET /v1/library/sync → ${counted(operations.length, 'operation')}${what}${next}`,
  )
}

function verbOf(operation: Operation): string {
  if ('removed' in operation && operation.removed) return 'removed'
  return VERBS[operation.kind]
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}
