import { createHash } from 'node:crypto'
import type { Context, Handler } from 'hono'
import { z } from 'zod'
import { recordServicesCall } from '../devices/change-device.store.ts'
import { servicesCalledAt } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import { tokenHolder, type TokenHolder } from '../devices/token-holder.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { foldAnnotations, readAnnotationPatch } from '../reading/annotation-set.ts'
import {
  countUnverified,
  noteUnverifiedReading,
  patchesOf,
  spoolPatch,
  unverifiedReadingOf,
} from '../reading/annotation-spool.store.ts'
import { noteFact, recordFactIn } from '../sync/facts.ts'
import { noteList } from '../sync/inventory.ts'
import { answer, answerNothing, answerText } from './answer.ts'
import { findBook } from './find-book.ts'
import { reportForeignToken, settle } from './stranger.ts'
import { entitlementId } from './wire/decode-states.ts'

/** How many PATCHes are kept of callers that nobody knows, and how long each may be, in bytes. */
const UNVERIFIED_LIMIT = 2_000
const UNVERIFIED_SIZE = 256_000

/**
 * `POST /api/v3/content/checkforchanges`: nothing changed, ever, so that a Kobo replaces nothing it has
 * (docs/protocol/annotations.md). With a token of ours the list shows which books are there.
 */
export function checkForChanges(home: Home): Handler {
  return async (c) => {
    const names = readContentIds(await c.req.text())
    const holder = await knownHolder(home, c)
    if (holder?.device && names.length > 0) await noteList(home, holder.device, names)
    return answer([])
  }
}

const LIST = z.array(z.object({ ContentId: z.string() }))

/** The ids a list names; none when it cannot be read. */
function readContentIds(body: string): string[] {
  const list = LIST.safeParse(parsed(body))
  return list.success ? list.data.map((entry) => entitlementId(entry.ContentId)) : []
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * `PATCH /api/v3/content/{id}/annotations`: kept as it came, whoever sends it and whatever book it is about, before it is
 * answered. With a token of ours it also shows that the book's file is on the device.
 */
export function patchAnnotations(home: Home): Handler {
  return async (c) => {
    const named = contentId(c)
    const body = await c.req.text()
    const holder = await knownHolder(home, c)
    if (!holder && Buffer.byteLength(body) > UNVERIFIED_SIZE)
      throw new Problem('too_large', 'These annotations come from an unknown Kobo.')
    const now = home.now()
    await home.db.transact(async (tx) => {
      if (!holder && (await countUnverified(tx)) >= UNVERIFIED_LIMIT)
        throw new Problem('unavailable', 'Too many annotations came from unknown Kobos.')
      const { person = null } = holder?.pairing ?? {}
      const device = holder?.device
      const verified = holder !== undefined
      const book = await findBook(tx, named)
      const content = book?.id ?? named
      await spoolPatch(tx, {
        person,
        device: device?.id ?? null,
        content,
        verified,
        at: now,
        body,
      })
      const instant = latestInstant(body)
      if (device && book && instant !== undefined)
        await recordFactIn(tx, home, device, book.id, { kind: 'annotation', instant })
    })
    return answerNothing()
  }
}

/**
 * `GET /api/v3/content/{id}/annotations`: the answer becomes everything the Kobo has, and 304 or an error leaves it with nothing
 * too. So a token of ours always gets the whole set, and anybody else an empty one.
 */
export function readAnnotations(home: Home): Handler {
  return async (c) => {
    const named = contentId(c)
    const holder = await knownHolder(home, c)
    const book = await findBook(home.db.read, named)
    if (book && !holder) await noteUnverified(home, book.id)
    if (book && holder?.device)
      noteFact(home, holder.device, book.id, { kind: 'annotations-asked' })
    const content = book?.id ?? named
    const bodies = holder ? await patchesOf(home.db.read, holder.pairing.person, content) : []
    const { annotations } = foldAnnotations(bodies)
    const text = `{"annotations":[${annotations.join(',')}],"nextPageOffsetToken":null}`
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 32)
    return answerText(text, 200, { etag: annotations.length === 0 ? 'W/"0"' : `W/"${hash}"` })
  }
}

/** `GET /api/UserStorage/Metadata`: no notebooks are kept here. */
export function notebooks(): Handler {
  return () => answer({ continuationToken: null, metadata: [] })
}

/** Everything else at these addresses. An error would cancel the sync of a Kobo without a Kobo account. */
export function nothing(value: unknown): Handler {
  return () => answer(value)
}

/** Who calls, by a token of ours; a Kobo that we know and that comes without one is told about to its person. */
async function knownHolder(home: Home, c: Context): Promise<TokenHolder | undefined> {
  const { headers } = c.req.raw
  const holder = await tokenHolder(home, headers)
  if (!holder) await reportForeignToken(home, headers)
  if (holder?.device) {
    await settle(home, 'foreign-token', holder.device)
    await noteCall(home, holder.device)
  }
  return holder
}

/** How old a note of such a call may grow before it is written again, in ms. */
const CALL_PATIENCE = 60_000

/** Notes that this Kobo's calls arrive here. A database that is busy is no reason to fail one: an error would cost highlights. */
async function noteCall(home: Home, { id }: Device): Promise<void> {
  const now = home.now()
  if (now - ((await servicesCalledAt(home.db.read, id)) ?? 0) < CALL_PATIENCE) return
  await tried(home, () => home.db.transact((tx) => recordServicesCall(tx, id, now)))
}

async function tried(home: Home, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    home.log.warn({ err: error }, 'A call about annotations was not written down.')
  }
}

/** The id in the path: a book's, or the name of a file that came over USB. Small letters for a book's, as it is stored. */
function contentId(c: Context): string {
  const id = c.req.param('id') ?? ''
  if (id === '' || id.length > 2000) throw new Problem('invalid', 'This is not the id of a book.')
  return /^[0-9a-f-]{36}$/i.test(id) ? id.toLowerCase() : id
}

/**
 * Somebody without a token of ours was given an empty set of annotations: if that was a Kobo, it has none of this book from now on, and
 * who knows what it had.
 */
async function noteUnverified(home: Home, book: string): Promise<void> {
  const now = home.now()
  if (now - ((await unverifiedReadingOf(home.db.read, book)) ?? 0) < CALL_PATIENCE) return
  await tried(home, () => home.db.transact((tx) => noteUnverifiedReading(tx, book, now)))
}

/** The latest moment that a PATCH tells of, in epoch ms by the device's own clock; undefined when it tells of none. */
function latestInstant(body: string): number | undefined {
  const instants = (readAnnotationPatch(body)?.updated ?? []).flatMap(({ at }) => at ?? [])
  return instants.length === 0 ? undefined : Math.max(...instants)
}
