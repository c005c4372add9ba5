import { checkForChanges } from './annotations.ts'
import type { Device, Session, SyncReport } from './device.ts'
import type { Circumstances } from './faults.ts'
import { sendHighlights } from './highlights.ts'
import { stamp } from './instants.ts'
import { unlessPostponed } from './interrupted.ts'
import { downloadedBook } from './known-book.ts'
import { bookRow, progressOf, type BookRow } from './library.ts'
import { getState, putState, queueUnsentState } from './local-changes.ts'
import { tellPlaceBack } from './losses.ts'
import { chaptersOf, placeAt } from './places.ts'
import { converse } from './sync.ts'
import { takeState } from './write-row.ts'

/** Where the reader stopped. */
export interface Place {
  /** 0–100, of the whole book. */
  percent: number
  status?: 'ReadyToRead' | 'Reading' | 'Finished'
  /** A document and a span of it. Without it the span at that percentage is taken, or one is made up where there are none. */
  location?: { source: string; value: string }
  /** Minutes read in this sitting. */
  minutes?: number
}

/**
 * Opens a downloaded book: the device asks for its state and for changed annotations. With `jump` the reader says yes when
 * the device asks whether to go to the last page read.
 */
export async function openBook(
  device: Device,
  id: string,
  { jump = false, ...circumstances }: Circumstances & { jump?: boolean },
): Promise<SyncReport> {
  const row = downloadedBook(device, id)
  device.diary.note(`The reader opens “${row.title}”.`)
  return await reading(device, circumstances, async (session, online) => {
    const elsewhere = online ? await getState(session, id) : undefined
    device.db
      .prepare(
        `UPDATE content SET TimesStartedReading = coalesce(TimesStartedReading, 0) + 1,
          LastTimeStartedReading = ?, ReadStatus = max(coalesce(ReadStatus, 0), 1) WHERE ContentID = ?`,
      )
      .run(stamp(device.now()), id)
    if (elsewhere && jump) takeState(session, row, elsewhere, 'the last page read')
    if (online) await exchangeAnnotations(session, id)
  })
}

/** Wakes with a book open. */
export async function wake(
  device: Device,
  id: string,
  circumstances: Circumstances,
): Promise<SyncReport> {
  device.diary.note(`The Kobo wakes in “${downloadedBook(device, id).title}”.`)
  return await reading(device, circumstances, async (session, online) => {
    if (online) await getState(session, id)
  })
}

/** Turns to a place and stays in the book: the device tells of it after some pages, without a word on annotations. */
export async function turnTo(
  device: Device,
  id: string,
  place: Place,
  circumstances: Circumstances,
): Promise<SyncReport> {
  stopAt(device, id, place)
  return await reading(device, circumstances, async (session, online) => {
    if (online) await unlessPostponed(() => putState(session, downloadedBook(device, id)))
  })
}

/** Closes a book at a place, or where it is. Offline the state and the highlights wait for the next sync. */
export async function closeBook(
  device: Device,
  id: string,
  place: Place | undefined,
  circumstances: Circumstances,
): Promise<SyncReport> {
  const { title, percent } = downloadedBook(device, id)
  if (place) stopAt(device, id, place)
  const offline = isOffline(device, circumstances) ? ', offline' : ''
  device.diary.note(
    `The reader closes “${title}” at ${place?.percent ?? percent ?? 0} %${offline}.`,
  )
  return await reading(device, circumstances, async (session, online) => {
    if (!online) return
    await unlessPostponed(() => putState(session, downloadedBook(device, id)))
    await exchangeAnnotations(session, id)
  })
}

/** Reads a book to its end and closes it. The place is then that of the first document (docs/protocol/reading-state.md). */
export async function finishBook(
  device: Device,
  id: string,
  circumstances: Circumstances,
): Promise<SyncReport> {
  const first = placeAt(chaptersOf(device, downloadedBook(device, id)), 0)
  const location = first && { source: first.source, value: first.value }
  const place = { percent: 100, status: 'Finished', ...(location && { location }) } as const
  return await closeBook(device, id, place, circumstances)
}

/** Writes down where the reader is; the server is to hear of it. */
function stopAt(device: Device, id: string, place: Place): void {
  const row = downloadedBook(device, id)
  queueUnsentState(device, row)
  const status = place.status ?? (place.percent >= 100 ? 'Finished' : 'Reading')
  const { source, value, chapterPercent } = spanOf(device, row, place)
  device.db
    .prepare(
      `UPDATE content SET ___PercentRead = ?, ReadStatus = ?, ChapterIDBookmarked = ?, DateLastRead = ?,
        CurrentChapterProgress = coalesce(?, CurrentChapterProgress),
        TimeSpentReading = coalesce(TimeSpentReading, 0) + ?, ReadStateSynced = 'false' WHERE ContentID = ?`,
    )
    .run(
      place.percent,
      { ReadyToRead: 0, Reading: 1, Finished: 2 }[status],
      status === 'ReadyToRead' ? null : `${source}#${value}`,
      stamp(device.now()),
      chapterPercent ?? null,
      place.minutes ?? 0,
      id,
    )
  const after = bookRow(device.db, id)
  const cause = { by: 'reader', how: 'turn' } as const
  if (after) tellPlaceBack(device, id, progressOf(row), progressOf(after), cause)
}

function spanOf(
  device: Device,
  row: BookRow,
  { location, percent }: Place,
): { source: string; value: string; chapterPercent?: number } {
  const found = location ?? placeAt(chaptersOf(device, row), percent)
  const madeUp = `kobo.${1 + Math.floor(percent)}.1`
  return found ?? { source: 'OEBPS/chapter001.xhtml', value: madeUp }
}

async function exchangeAnnotations(session: Session, id: string): Promise<void> {
  const { device } = session
  await sendHighlights(session, id)
  if (device.switches.annotationList === 'nothing') return
  await checkForChanges(session, [downloadedBook(device, id)])
}

/** A stretch of reading, in which the device talks to its server where it can. */
async function reading(
  device: Device,
  circumstances: Circumstances,
  talk: (session: Session, online: boolean) => Promise<void>,
): Promise<SyncReport> {
  const online = !isOffline(device, circumstances)
  return await converse(device, circumstances, (session) => talk(session, online))
}

function isOffline(device: Device, { offline = false }: Circumstances): boolean {
  return offline || device.offline || device.syncUrl === ''
}
