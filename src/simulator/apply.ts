import { violate, type Session } from './device.ts'
import { drop, dropUnknown } from './drops.ts'
import { applyEntitlement, applyHalfEntitlement } from './entitlements.ts'
import { isSafeName } from './home.ts'
import { instantOf, stamp } from './instants.ts'
import { bookRow } from './library.ts'
import type { Operation, State } from './operations.ts'
import { takeState, writeMetadata } from './write-row.ts'

/**
 * Applies operations to the library and writes what came of them into the report and the events
 * (docs/protocol/library-sync.md). `at` names the answer they came with. Without `crashAfter` they are one transaction.
 * With it the device crashes after so many of them: a page that is applied whole leaves nothing then, one that is applied
 * item by item its first operations, and a torn one a half besides. Gives the operations that had their turn.
 */
export function applyOperations(
  session: Session,
  operations: readonly Operation[],
  at: string,
  crashAfter = operations.length,
): readonly Operation[] {
  const { db, switches } = session.device
  const crashes = crashAfter < operations.length
  if (crashes && switches.pageApplied === 'whole') return []
  const applied = operations.slice(0, crashAfter)
  const next = switches.pageApplied === 'torn' ? operations[crashAfter] : undefined
  db.transaction(() => {
    for (const operation of applied)
      tell(session, operation, () => applyOne(session, operation, at))
    if (next) tell(session, next, () => applyHalf(session, next), true)
  })()
  return applied
}

/** Applies one operation and writes it into the events. */
function tell(session: Session, operation: Operation, act: () => void, half = false): void {
  const { device, report } = session
  const before = report.dropped.length
  act()
  const dropped = report.dropped[before]?.why
  device.events.push({
    what: 'applied',
    page: device.pages,
    kind: operation.kind,
    book: operation.id,
    ...('removed' in operation && operation.removed && { removed: true }),
    ...(dropped !== undefined && { dropped }),
    ...(half && { half: true }),
  })
}

/** What a crash in the middle of an operation leaves. Only entitlements have a middle. */
function applyHalf(session: Session, operation: Operation): void {
  const { kind } = operation
  if (kind === 'NewEntitlement' || kind === 'ChangedEntitlement')
    applyHalfEntitlement(session, operation)
}

function applyOne(session: Session, operation: Operation, at: string): void {
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
  takeState(session, row, state, operation.kind)
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
