import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import { contentRows, type ContentRow, type Place } from './contents.store.ts'
import { readEvidence, type Evidence } from './evidence.ts'
import { explain } from './explain.ts'
import { entriesOf } from './book-entries.store.ts'
import type { Proof } from './sign.ts'
import { statusOf, type Status } from './status.ts'
import type { TellTime } from './tell-time.ts'
import { tellTrail, type TrailMark } from './trail.ts'

/** One book of a device's contents: how it stands, in a word and a sentence, and everything that is known of it. */
export type Content = {
  bookId: string
  title: string
  status: Status
  sentence: string
  proof: { kind: Proof['kind']; at: number } | null
  lastSeenAt: number | null
  evidence: TrailMark[]
}

/** Which part of the contents is asked for: at most `limit` books after a place, of these statuses (all of them when absent). */
export type Asked = {
  limit: number
  after?: Place | undefined
  statuses?: readonly Status[] | undefined
  book?: string | undefined
}

/** How many books are looked at together when only some statuses are asked for. */
const STEP = 100

/**
 * What a device holds and should hold, as far as its ledger knows, in the order of titles. `next` is the place that the next part
 * comes after, null when this was the last. The entries of the books of the part are read and no others, unless statuses are asked
 * for: then also those of books that might have one.
 */
export async function readContents(
  db: Db,
  device: Device,
  asked: Asked,
  tell: TellTime,
): Promise<Contents> {
  if (asked.statuses) return readSome(db, device, asked, asked.statuses, tell)
  const { limit } = asked
  const rows = await contentRows(db, device, { ...asked, limit: limit + 1 })
  const part = rows.slice(0, limit)
  const items = await contentsOf(db, device, part, tell)
  return { items, next: rows.length > limit ? placeOf(part.at(-1)) : null }
}

export type Contents = { items: Content[]; next: Place | null }

async function readSome(
  db: Db,
  device: Device,
  asked: Asked,
  statuses: readonly Status[],
  tell: TellTime,
): Promise<Contents> {
  const { limit } = asked
  const step = Math.max(STEP, limit + 1)
  const found: { content: Content; row: ContentRow }[] = []
  for (let { after } = asked; found.length <= limit;) {
    const rows = await contentRows(db, device, { ...asked, after, limit: step })
    const contents = await contentsOf(db, device, rows, tell)
    for (const [index, content] of contents.entries()) {
      const row = rows[index]
      if (row && statuses.includes(content.status)) found.push({ content, row })
    }
    if (rows.length < step) break
    after = rows.at(-1)
  }
  const part = found.slice(0, limit)
  return {
    items: part.map(({ content }) => content),
    next: found.length > limit ? placeOf(part.at(-1)?.row) : null,
  }
}

function placeOf(row: ContentRow | undefined): Place | null {
  return row ? { sortTitle: row.sortTitle, id: row.id } : null
}

async function contentsOf(
  db: Db,
  device: Device,
  rows: readonly ContentRow[],
  tell: TellTime,
): Promise<Content[]> {
  const ids = rows.map((row) => row.id)
  const entries = ids.length > 0 ? await entriesOf(db, device.id, ids) : undefined
  return rows.map((row) => contentOf(row, device, readEvidence(entries?.get(row.id) ?? []), tell))
}

function contentOf(row: ContentRow, device: Device, evidence: Evidence, tell: TellTime): Content {
  const { proof, denial, offer, holding, lastSeenAt } = evidence
  const status = statusOf({
    ours: true,
    wanted: row.carried && !row.deleted && !holding.excluded,
    prepared: row.prepared,
    holding,
    proof,
    denial,
    offered:
      offer !== null && !offer.acknowledged && (denial === null || offer.place > denial.place),
  })
  const circumstances = { prepared: row.prepared, deleted: row.deleted, paused: device.paused }
  return {
    bookId: row.id,
    title: row.title,
    status,
    sentence: explain(status, evidence, circumstances, tell),
    proof: proof && { kind: proof.kind, at: proof.at },
    lastSeenAt,
    evidence: tellTrail(evidence.trail, tell),
  }
}
