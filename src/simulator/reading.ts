import { checkForChanges, sendHighlights } from './annotations.ts'
import type { Device, SyncReport } from './device.ts'
import type { Faults } from './faults.ts'
import { stamp } from './instants.ts'
import { bookRow, READER, type BookRow } from './library.ts'
import { getState, putState } from './local-changes.ts'
import { uuidFrom } from './random.ts'
import { converse } from './sync.ts'
import { WrongUse } from './wrong-use.ts'

/** Where the reader stopped. */
export interface Place {
  /** 0–100, of the whole book. */
  percent: number
  status?: 'ReadyToRead' | 'Reading' | 'Finished'
  location?: { source: string; value: string }
  /** Minutes read in this sitting. */
  minutes?: number
}

/** Opens a downloaded book: the device asks for its state and for changed annotations. */
export async function openBook(
  device: Device,
  id: string,
  offline: boolean,
  faults: Faults,
): Promise<SyncReport> {
  const row = downloadedBook(device, id)
  device.diary.note(`The reader opens “${row.title}”.`)
  return await converse(device, faults, async (session) => {
    if (!offline) await getState(session, id)
    device.db
      .prepare(
        `UPDATE content SET TimesStartedReading = coalesce(TimesStartedReading, 0) + 1,
          LastTimeStartedReading = ?, ReadStatus = max(coalesce(ReadStatus, 0), 1) WHERE ContentID = ?`,
      )
      .run(stamp(device.now()), id)
    if (!offline) await exchangeAnnotations(device, session, id)
  })
}

/** Wakes with a book open. */
export async function wake(device: Device, id: string, faults: Faults): Promise<SyncReport> {
  device.diary.note(`The Kobo wakes in “${downloadedBook(device, id).title}”.`)
  return await converse(device, faults, (session) => getState(session, id))
}

/** Closes a book at a place. Offline the state and the highlights wait for the next sync. */
export async function closeBook(
  device: Device,
  id: string,
  place: Place,
  offline: boolean,
  faults: Faults,
): Promise<SyncReport> {
  const { title } = downloadedBook(device, id)
  device.diary.note(
    `The reader closes “${title}” at ${place.percent} %${offline ? ', offline' : ''}.`,
  )
  const status = place.status ?? (place.percent >= 100 ? 'Finished' : 'Reading')
  const location = place.location ?? {
    source: 'OEBPS/chapter001.xhtml',
    value: `kobo.${1 + Math.floor(place.percent)}.1`,
  }
  device.db
    .prepare(
      `UPDATE content SET ___PercentRead = ?, ReadStatus = ?, ChapterIDBookmarked = ?, DateLastRead = ?,
        TimeSpentReading = coalesce(TimeSpentReading, 0) + ?, ReadStateSynced = 'false' WHERE ContentID = ?`,
    )
    .run(
      place.percent,
      { ReadyToRead: 0, Reading: 1, Finished: 2 }[status],
      status === 'ReadyToRead' ? null : `${location.source}#${location.value}`,
      stamp(device.now()),
      place.minutes ?? 0,
      id,
    )
  return await converse(device, faults, async (session) => {
    if (offline) return
    await putState(session, downloadedBook(device, id))
    await exchangeAnnotations(device, session, id)
  })
}

/** Marks a passage. The server hears of it when the book is closed or at the next sync. Gives the id of the highlight. */
export function highlight(device: Device, id: string, text: string): string {
  downloadedBook(device, id)
  const bookmark = uuidFrom(device.random)
  const at = stamp(device.now())
  const path = String.raw`span#kobo\.1\.1`
  device.db
    .prepare(
      `INSERT INTO Bookmark(BookmarkID, VolumeID, ContentID, StartContainerPath, StartContainerChildIndex, StartOffset,
        EndContainerPath, EndContainerChildIndex, EndOffset, Text, DateCreated, DateModified, UserID, Type)
       VALUES (?, ?, ?, ?, -99, 0, ?, -99, ?, ?, ?, ?, ?, 'highlight')`,
    )
    .run(
      bookmark,
      id,
      `${id}!!OEBPS/chapter001.xhtml`,
      path,
      path,
      text.length,
      text,
      at,
      at,
      READER,
    )
  return bookmark
}

async function exchangeAnnotations(
  device: Device,
  session: Parameters<typeof checkForChanges>[0],
  id: string,
): Promise<void> {
  await sendHighlights(session, id)
  if (device.switches.annotationList === 'nothing') return
  await checkForChanges(session, [downloadedBook(device, id)])
}

function downloadedBook(device: Device, id: string): BookRow {
  const row = bookRow(device.db, id)
  if (!row || row.owner === 'removed') throw new WrongUse(`This Kobo has no book ${id}.`)
  if (row.downloaded !== 'true')
    throw new WrongUse(`“${row.title}” is not downloaded on this Kobo.`)
  return row
}
