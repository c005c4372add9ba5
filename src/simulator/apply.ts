import { rmSync } from 'node:fs'
import { violate, type Session } from './device.ts'
import { bookFile, isSafeName } from './home.ts'
import { instantOf, stamp } from './instants.ts'
import { bookRow, READER, setDownloaded, wasAnnounced, type BookRow } from './library.ts'
import type { Metadata, Operation, State } from './operations.ts'

type Entitlement = Extract<Operation, { kind: 'NewEntitlement' | 'ChangedEntitlement' }>

/**
 * Applies operations to the library in one transaction and writes what came of them into the report
 * (docs/protocol/library-sync.md). `at` names the answer they came with.
 */
export function applyOperations(
  session: Session,
  operations: readonly Operation[],
  at: string,
): void {
  const apply = session.device.db.transaction(() => {
    for (const operation of operations) applyOperation(session, operation, at)
  })
  apply()
}

function applyOperation(session: Session, operation: Operation, at: string): void {
  const { kind, id } = operation
  if (!isSafeName(id)) {
    violate(session, at, [`${kind} has an id that is not safe in a URL`])
    return
  }
  switch (operation.kind) {
    case 'NewEntitlement':
    case 'ChangedEntitlement':
      return applyEntitlement(session, operation, at)
    case 'ChangedProductMetadata':
      return applyMetadata(session, operation, at)
    case 'ChangedReadingState':
      return applyState(session, operation.id, operation.state, at)
    case 'NewTag':
    case 'ChangedTag':
      return applyTag(session, operation)
    case 'DeletedTag':
      session.device.db.prepare("UPDATE Shelf SET _IsDeleted = 'true' WHERE Id = ?").run(id)
      return
  }
}

function applyEntitlement(session: Session, operation: Entitlement, at: string): void {
  const { db } = session.device
  const { kind, id } = operation
  const row = bookRow(db, id)
  if (operation.removed) return removeBook(session, operation, row)
  if (!row) {
    if (kind === 'NewEntitlement') insertBook(session, operation)
    else dropUnknown(session, operation, at)
    return
  }
  if (row.owner === 'removed') {
    const comesBack = kind === 'NewEntitlement' && session.device.switches.removedRowRevived
    if (comesBack) insertBook(session, operation)
    else drop(session, operation, 'the book was removed')
    return
  }
  updateHeld(session, operation, row)
}

/** The row stays and says that it is removed; the file goes. */
function removeBook(session: Session, { kind, id }: Entitlement, row: BookRow | undefined): void {
  const { db, home, now } = session.device
  if (!row) return drop(session, { kind, id }, 'the device does not know the book')
  db.prepare(
    "UPDATE content SET ___UserID = 'removed', IsDownloaded = 'false', ___SyncTime = ? WHERE ContentID = ?",
  ).run(stamp(now()), id)
  db.prepare('DELETE FROM SyncQueue WHERE VolumeId = ?').run(id)
  rmSync(bookFile(home, id), { force: true })
  session.fresh.delete(id)
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
     VALUES (?, '6', 'application/x-kobo-epub+zip', NULL, ?, ?, ?, ?, 0, 0, 'false', 'true', ?, ?, ?, ?, ?, 'false', ?, ?, 0, 0)`,
  ).run(
    id,
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
  const otherRevision = revision !== undefined && row.revision !== null && revision !== row.revision
  const otherSize = metadata?.size !== undefined && metadata.size !== row.fileSize
  const flips =
    isNew &&
    (device.switches.newOnHeld === 'always-flips' ||
      (device.switches.newOnHeld === 'flips-if-size-differs' && otherSize))
  if (downloaded && otherRevision) report.redelivered.push(id)
  else if (downloaded && flips) report.flips.push(id)

  device.db
    .prepare('UPDATE content SET ___SyncTime = ?, PurchaseRevisionId = ? WHERE ContentID = ?')
    .run(stamp(device.now()), revision ?? row.revision, id)
  if (metadata?.size !== undefined) {
    device.db.prepare('UPDATE sim_book SET announced_size = ? WHERE id = ?').run(metadata.size, id)
  }
  if (isNew && metadata) writeMetadata(session, metadata)
  const lost = downloaded && (otherRevision || flips)
  if (lost) forgetPlace(session, id)
  if (lost || !downloaded) {
    if (metadata?.size !== undefined) {
      device.db
        .prepare('UPDATE content SET ___FileSize = ? WHERE ContentID = ?')
        .run(metadata.size, id)
    }
    if (isNew && operation.state) writeState(session, id, operation.state)
    if (isNew || lost) session.fresh.add(id)
  }
}

/** The book is a "Download" tile again, and the place is gone. */
function forgetPlace(session: Session, id: string): void {
  const { db } = session.device
  setDownloaded(db, id, false)
  db.prepare(
    'UPDATE content SET ___PercentRead = 0, ReadStatus = 0, ChapterIDBookmarked = NULL WHERE ContentID = ?',
  ).run(id)
}

function applyMetadata(
  session: Session,
  operation: Extract<Operation, { kind: 'ChangedProductMetadata' }>,
  at: string,
): void {
  const row = bookRow(session.device.db, operation.id)
  if (!row) return dropUnknown(session, operation, at)
  if (row.owner === 'removed') return drop(session, operation, 'the book was removed')
  const taken = session.device.switches.metadataShape
  if (taken !== 'both' && taken !== operation.shape) {
    return drop(session, operation, `this firmware takes the ${taken} shape only`)
  }
  writeMetadata(session, operation.metadata)
}

function applyState(session: Session, id: string, state: State, at: string): void {
  const operation = { kind: 'ChangedReadingState', id }
  const row = bookRow(session.device.db, id)
  if (!row) return dropUnknown(session, operation, at)
  if (row.downloaded !== 'true') return drop(session, operation, 'the book is not downloaded')
  const mine = instantOf(row.lastRead)
  const theirs = instantOf(state.lastModified)
  const older = mine !== undefined && theirs !== undefined && theirs < mine
  if (older) return drop(session, operation, 'the device has read on since')
  writeState(session, id, state)
}

function applyTag(
  session: Session,
  tag: Extract<Operation, { kind: 'NewTag' | 'ChangedTag' }>,
): void {
  const { db, now } = session.device
  const at = stamp(now())
  db.prepare(
    `INSERT OR REPLACE INTO Shelf(Id, InternalName, Name, Type, CreationDate, LastModified, _IsDeleted, _IsVisible,
      _IsSynced, _SyncTime) VALUES (?, ?, ?, ?, ?, ?, 'false', 'true', 'true', ?)`,
  ).run(tag.id, tag.name, tag.name, tag.type, at, at, at)
  db.prepare('DELETE FROM ShelfContent WHERE ShelfName = ?').run(tag.name)
  const add = db.prepare(
    "INSERT OR REPLACE INTO ShelfContent(ShelfName, ContentId, DateModified, _IsDeleted, _IsSynced) VALUES (?, ?, ?, 'false', 'true')",
  )
  for (const book of tag.books) if (bookRow(db, book)) add.run(tag.name, book, at)
}

function writeMetadata(session: Session, metadata: Metadata): void {
  session.device.db
    .prepare(
      `UPDATE content SET Title = coalesce(?, Title), Subtitle = coalesce(?, Subtitle),
        Attribution = coalesce(?, Attribution), Description = coalesce(nullif(?, ''), Description),
        ImageId = coalesce(?, ImageId), Language = coalesce(?, Language), Publisher = coalesce(?, Publisher),
        ISBN = coalesce(?, ISBN), Series = ?, SeriesNumber = ?, SeriesNumberFloat = ?, SeriesID = ?
       WHERE ContentID = ?`,
    )
    .run(
      metadata.title ?? null,
      metadata.subtitle ?? null,
      metadata.authors ?? null,
      metadata.description ?? null,
      metadata.imageId ?? null,
      metadata.language ?? null,
      metadata.publisher ?? null,
      metadata.isbn ?? null,
      metadata.series?.name ?? null,
      metadata.series?.number ?? null,
      metadata.series?.sort ?? null,
      metadata.series?.id ?? null,
      metadata.id,
    )
}

/** Takes the server's state; nothing of it is sent back. */
function writeState(session: Session, id: string, state: State): void {
  const { db } = session.device
  const status = { ReadyToRead: 0, Reading: 1, Finished: 2 }[state.status ?? ''] ?? null
  db.prepare(
    `UPDATE content SET ReadStatus = coalesce(?, ReadStatus), ___PercentRead = coalesce(?, ___PercentRead),
      ChapterIDBookmarked = coalesce(?, ChapterIDBookmarked),
      CurrentChapterProgress = coalesce(?, CurrentChapterProgress), DateLastRead = CASE WHEN coalesce(?, 0) > 0 THEN coalesce(?, DateLastRead) ELSE DateLastRead END,
      TimesStartedReading = coalesce(?, TimesStartedReading), TimeSpentReading = coalesce(?, TimeSpentReading),
      ReadStateSynced = 'true' WHERE ContentID = ?`,
  ).run(
    status,
    state.percent ?? null,
    state.location ?? null,
    state.chapterPercent ?? null,
    status,
    state.lastModified ?? null,
    state.timesStarted ?? null,
    state.minutes ?? null,
    id,
  )
  db.prepare('UPDATE sim_book SET priority = coalesce(?, priority) WHERE id = ?').run(
    state.priority ?? null,
    id,
  )
}

/** A change of a book that is not here has no effect; of one that was never announced it breaks a rule. */
function dropUnknown(session: Session, operation: { kind: string; id: string }, at: string): void {
  if (!wasAnnounced(session.device.db, operation.id)) {
    violate(session, at, [
      `${operation.kind} names the book ${operation.id}, which was never announced`,
    ])
  }
  drop(session, operation, 'the device does not know the book')
}

function drop(session: Session, { kind, id }: { kind: string; id: string }, why: string): void {
  session.report.dropped.push({ kind, id, why })
}
