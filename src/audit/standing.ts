import type { Stay } from '../sync/stay.ts'
import type { Said } from './place.ts'
import type { ReadBook } from './reading.ts'
import type { AuditedBook } from './snapshot.ts'

/** How a book stands on a device, by its own database. Of these each book has at most one. */
export const STANDINGS = [
  'ok',
  'entitledOnly',
  'lost',
  'removedRow',
  'fileMissing',
  'staleFile',
  'orphan',
  'unread',
] as const

export type Standing = (typeof STANDINGS)[number]

/** Classes that heal does something about. */
export const HEALED = ['lost', 'removedRow', 'fileMissing', 'staleFile', 'orphan'] as const

export type Healed = (typeof HEALED)[number]

/**
 * How a book stands by its row, and by the sizes of the files where these were listed; undefined for one that is neither there nor missed. `salvaged`: not
 * every row could be read.
 */
export function standingOf(
  book: AuditedBook,
  stay: Stay,
  row: ReadBook,
  files: ReadonlyMap<string, number> | null,
  salvaged: boolean,
): Standing | undefined {
  if (row.row === 'there') {
    if (!book.carried) return 'orphan'
    return row.downloaded ? fileStanding(book, stay, row, files) : 'entitledOnly'
  }
  // What was never sent, was removed by its reader or is being sent anyway is not missed.
  if (!book.carried || stay.excluded || !isThoughtThere(stay)) return undefined
  if (row.row === 'removed') return 'removedRow'
  return salvaged ? 'unread' : 'lost'
}

function isThoughtThere({ state, file, consent }: Stay): boolean {
  return consent === null && (state === 'held' || (state === 'unsure' && file))
}

function fileStanding(
  { id, sizes, artifact }: AuditedBook,
  stay: Stay,
  row: ReadBook,
  files: ReadonlyMap<string, number> | null,
): 'ok' | 'fileMissing' | 'staleFile' {
  const size = files ? files.get(id) : (row.size ?? undefined)
  if (files && size === undefined) return 'fileMissing'
  if (size === 0) return 'fileMissing'
  // A device keeps the artifact that it was announced.
  const expected = sizes.get(stay.artifact ?? artifact ?? '')
  if (size === undefined || expected === undefined || size === expected) return 'ok'
  return [...sizes.values()].includes(size) ? 'staleFile' : 'fileMissing'
}

/** What a database says of a book by how that stands. `file`: the row says that the file is there. */
export function saidBy(standing: Standing, file: boolean): Said {
  switch (standing) {
    case 'ok':
      return { row: true, file: true }
    case 'entitledOnly':
    case 'fileMissing':
    case 'staleFile':
      return { row: true, file: false }
    case 'orphan':
      return { row: true, file }
    case 'lost':
    case 'removedRow':
    case 'unread':
      return { row: false, file: false }
    default:
      return standing satisfies never
  }
}
