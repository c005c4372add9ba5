import type { OfferedOperation } from './book-entry.ts'
import type { Mark, Operation } from './log.ts'
import { doubt, endStay, type Stay } from './stay.ts'

/** What an operation that was sent makes of a stay: once its page came back it is believed, until then it may have been taken or not. */
export function applyOperation(stay: Stay, entry: Mark & OfferedOperation): void {
  const { operation, acknowledged } = entry
  switch (operation.verb) {
    case 'new':
    case 'file':
      stay.deleted = false
      if (acknowledged) {
        if (
          stay.state === 'none' ||
          stay.state === 'unsure' ||
          stay.consent ||
          operation.verb === 'file'
        ) {
          stay.since = entry
          stay.file = false
          stay.listed = false
        }
        stay.state = 'held'
        stay.why = null
        stay.doubtSeq = null
        stay.consent = null
        announce(stay, operation)
        return
      }
      if (stay.consent) stay.consent = 'offered'
      if (stay.state === 'none') {
        stay.state = 'offered'
        stay.since = entry
        stay.file = false
        announce(stay, operation)
      } else {
        // Which of several offers it took is not known until one of them comes back.
        if (operation.stateRev !== stay.stateRev) stay.stateRev = null
        if (stay.state !== 'held') {
          stay.fileRev = operation.fileRev
          stay.artifact = operation.artifact
        }
      }
      // A device that stopped in the middle of the page may have a new row without its words, and fetch the book nevertheless.
      const isWhole = entry.taken || stay.state === 'held'
      if (!isWhole || operation.metaRev !== stay.metaRev) stay.metaRev = null
      return
    case 'removal':
      if (acknowledged) endStay(stay, entry.settled ?? entry)
      else if (stay.state !== 'none') doubt(stay, 'removal', entry, entry.settled ?? 'open')
      return
    case 'metadata':
      stay.metaRev = acknowledged ? operation.metaRev : null
      return
    case 'state':
      stay.stateRev = acknowledged ? operation.stateRev : null
      return
  }
}

function announce(stay: Stay, operation: Operation): void {
  stay.metaRev = operation.metaRev
  stay.stateRev = operation.stateRev
  stay.fileRev = operation.fileRev
  stay.artifact = operation.artifact
}
