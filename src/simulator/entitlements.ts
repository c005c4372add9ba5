import { rmSync } from 'node:fs'
import { byServer, type Device, type Session } from './device.ts'
import { complainOfUnknown, drop } from './drops.ts'
import type { Event } from './events.ts'
import { bookFile, isSafeName } from './home.ts'
import { stamp } from './instants.ts'
import {
  bookRow,
  EPUB_TYPE,
  KEPUB_TYPE,
  progressOf,
  READER,
  setDownloaded,
  type BookRow,
} from './library.ts'
import { tellPlaceBack } from './losses.ts'
import type { Metadata, Operation } from './operations.ts'
import { writeMetadata, writeState } from './write-row.ts'

type Entitlement = Extract<Operation, { kind: 'NewEntitlement' | 'ChangedEntitlement' }>

/** Adds, changes or removes a book (docs/protocol/library-sync.md). */
export function applyEntitlement(session: Session, operation: Entitlement, at: string): void {
  const { db } = session.device
  const { kind, id } = operation
  const row = bookRow(db, id)
  if (operation.removed) return removeBook(session, operation, row)
  if (!row) {
    if (kind !== 'NewEntitlement') complainOfUnknown(session, operation, at)
    const comes =
      kind === 'NewEntitlement' || session.device.switches.changedOnUnknown === 'inserted'
    if (comes) insertBook(session, operation)
    else drop(session, operation, 'the device does not know the book')
    return
  }
  if (row.owner === 'removed') {
    const comesBack = kind === 'NewEntitlement' && session.device.switches.removedRowRevived
    if (comesBack) revive(session, operation, row)
    else drop(session, operation, 'the book was removed')
    return
  }
  updateHeld(session, operation, row)
}

/** The first half of an entitlement: a row without its metadata, or a removed one whose file still lies there. */
export function applyHalfEntitlement(session: Session, operation: Entitlement): void {
  const { id, kind, removed } = operation
  if (!isSafeName(id)) return
  const row = bookRow(session.device.db, id)
  if (removed && row) markRemoved(session, row)
  if (kind !== 'NewEntitlement' || removed || row) return
  insertBook(session, { ...operation, metadata: undefined, state: undefined })
}

/** The row stays and says that it is removed; the file goes. */
function removeBook(session: Session, { kind, id }: Entitlement, row: BookRow | undefined): void {
  const { db, home } = session.device
  if (!row) return drop(session, { kind, id }, 'the device does not know the book')
  markRemoved(session, row)
  db.prepare('DELETE FROM SyncQueue WHERE VolumeId = ?').run(id)
  rmSync(bookFile(home, id), { force: true })
  session.fresh.delete(id)
}

/** The row says that its book was removed; the file is not touched. */
function markRemoved(session: Session, { id, owner }: BookRow): void {
  const { db, now, events } = session.device
  if (owner !== 'removed')
    events.push({ what: 'row gone', book: id, cause: byServer(session, 'removal') })
  db.prepare(
    "UPDATE content SET ___UserID = 'removed', IsDownloaded = 'false', ___SyncTime = ? WHERE ContentID = ?",
  ).run(stamp(now()), id)
}

/** A removed book comes back, at the place that the server tells, or at its beginning. */
function revive(session: Session, operation: Entitlement, removed: BookRow): void {
  const { device } = session
  const { id, kind } = operation
  insertBook(session, operation)
  const row = bookRow(device.db, id)
  const cause = byServer(session, `${kind} after a removal`)
  if (row) tellPlaceBack(device, id, progressOf(removed), progressOf(row), cause)
}

function insertBook(session: Session, operation: Entitlement): void {
  const { db, now } = session.device
  const { id, metadata, state, accessibility, revision } = operation
  const at = stamp(now())
  db.prepare(
    `INSERT OR REPLACE INTO content(ContentID, ContentType, MimeType, BookID, Title, ___UserID, ___SyncTime,
      ___FileSize, ___PercentRead, ReadStatus, IsDownloaded, ReadStateSynced, Accessibility, EntitlementId,
      CrossRevisionId, PurchaseRevisionId, WorkId, DownloadUrl, DateAdded, DateCreated, TimesStartedReading,
      TimeSpentReading)
     VALUES (?, '6', ?, NULL, ?, ?, ?, ?, 0, 0, 'false', 'true', ?, ?, ?, ?, ?, 'false', ?, ?, 0, 0)`,
  ).run(
    id,
    mimeTypeOf(metadata),
    metadata?.title ?? id,
    READER,
    at,
    metadata?.size ?? 0,
    accessibility === 'Full' ? 1 : 6,
    id,
    id,
    revision ?? id,
    id,
    at,
    at,
  )
  db.prepare('INSERT OR REPLACE INTO sim_book(id, announced_size, created) VALUES (?, ?, ?)').run(
    id,
    metadata?.size ?? null,
    state?.created ?? at,
  )
  if (metadata) writeMetadata(session, metadata)
  if (state) writeState(session, id, state)
  session.fresh.add(id)
}

/** An entitlement for a book that is here: what it does to a downloaded file is a doubt about the firmware. */
function updateHeld(session: Session, operation: Entitlement, row: BookRow): void {
  const { device, report } = session
  const { id, kind, metadata, revision } = operation
  const isNew = kind === 'NewEntitlement'
  const downloaded = row.downloaded === 'true'
  if (isNew && downloaded) report.reannounced.push(id)
  const flip = downloaded ? flipOf(device, operation, row) : undefined
  if (flip) tellFlip(session, operation, row, flip)

  device.db
    .prepare('UPDATE content SET ___SyncTime = ?, PurchaseRevisionId = ? WHERE ContentID = ?')
    .run(stamp(device.now()), revision ?? row.revision, id)
  if (metadata?.size !== undefined) {
    device.db.prepare('UPDATE sim_book SET announced_size = ? WHERE id = ?').run(metadata.size, id)
  }
  if (isNew && metadata) writeMetadata(session, metadata)
  if (flip) forgetPlace(session, id)
  if (downloaded && !flip) return
  if (metadata?.size !== undefined) {
    device.db
      .prepare('UPDATE content SET ___FileSize = ?, MimeType = ? WHERE ContentID = ?')
      .run(metadata.size, mimeTypeOf(metadata), id)
  }
  if (isNew && operation.state) writeState(session, id, operation.state)
  if (isNew || flip) session.fresh.add(id)
  const after = bookRow(device.db, id)
  const cause = byServer(session, kind)
  if (after) tellPlaceBack(device, id, progressOf(row), progressOf(after), cause)
}

type Flip = Extract<Event, { what: 'flip' }>['why']

/** Why an entitlement makes a downloaded book a "Download" tile. Undefined when it does not. */
function flipOf({ switches }: Device, operation: Entitlement, row: BookRow): Flip | undefined {
  const { kind, metadata, revision } = operation
  if (revision !== undefined && row.revision !== null && revision !== row.revision)
    return 'revision'
  if (kind !== 'NewEntitlement') return undefined
  if (switches.newOnHeld === 'always-flips') return 'always'
  const otherSize = metadata?.size !== undefined && metadata.size !== row.fileSize
  return switches.newOnHeld === 'flips-if-size-differs' && otherSize ? 'size' : undefined
}

function tellFlip(session: Session, operation: Entitlement, row: BookRow, why: Flip): void {
  const { device, report } = session
  const { id, kind, metadata } = operation
  if (why === 'revision') report.redelivered.push(id)
  else report.flips.push(id)
  const cause = byServer(session, kind)
  const [had, announced] = [row.fileSize, metadata?.size]
  device.events.push({ what: 'flip', book: id, cause, why, had, announced })
}

/** The book is a "Download" tile again, and the place is gone. */
function forgetPlace(session: Session, id: string): void {
  const { db } = session.device
  setDownloaded(db, id, false)
  db.prepare(
    'UPDATE content SET ___PercentRead = 0, ReadStatus = 0, ChapterIDBookmarked = NULL WHERE ContentID = ?',
  ).run(id)
}

/** The device's word for the kind of a book: one with spans has a kind of its own. */
function mimeTypeOf(metadata: Metadata | undefined): string {
  return metadata?.format === 'KEPUB' ? KEPUB_TYPE : EPUB_TYPE
}
