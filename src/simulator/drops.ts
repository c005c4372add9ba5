import { violate, type Session } from './device.ts'
import { wasAnnounced } from './library.ts'

/** A change of a book that is not here has no effect; of one that was never announced it breaks a rule. */
export function dropUnknown(
  session: Session,
  operation: { kind: string; id: string },
  at: string,
): void {
  complainOfUnknown(session, operation, at)
  drop(session, operation, 'the device does not know the book')
}

/** Whatever names a book that was never announced breaks a rule. */
export function complainOfUnknown(
  session: Session,
  { kind, id }: { kind: string; id: string },
  at: string,
): void {
  if (wasAnnounced(session.device.db, id)) return
  violate(session, at, [`${kind} names the book ${id}, which was never announced`])
}

/** Notes that an operation had no effect, and why. */
export function drop(
  session: Session,
  { kind, id }: { kind: string; id: string },
  why: string,
): void {
  session.report.dropped.push({ kind, id, why })
}
