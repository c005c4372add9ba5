import type { Device } from './device.ts'
import { bookRow, type BookRow } from './library.ts'
import { WrongUse } from './wrong-use.ts'

/** The row of a book in the library. Throws WrongUse when there is none. */
export function knownBook(device: Device, id: string): BookRow {
  const row = bookRow(device.db, id)
  if (!row || row.owner === 'removed') throw new WrongUse(`This Kobo has no book ${id}.`)
  return row
}

/** The row of a book whose file is here. Throws WrongUse when there is none. */
export function downloadedBook(device: Device, id: string): BookRow {
  const row = knownBook(device, id)
  if (row.downloaded !== 'true')
    throw new WrongUse(`“${row.title}” is not downloaded on this Kobo.`)
  return row
}
