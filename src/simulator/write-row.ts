import { byServer, type Session } from './device.ts'
import { bookRow, progressOf, type BookRow } from './library.ts'
import { tellPlaceBack } from './losses.ts'
import type { Metadata, State } from './operations.ts'
import { tellPlaceNotFound } from './places.ts'

/** Writes what metadata says into the row of its book; what it does not say stays. */
export function writeMetadata(session: Session, metadata: Metadata): void {
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
export function writeState(session: Session, id: string, state: State): void {
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

/** Goes to the place that the server tells. */
export function takeState(session: Session, row: BookRow, state: State, how: string): void {
  const { device } = session
  const cause = byServer(session, how)
  writeState(session, row.id, state)
  const after = bookRow(device.db, row.id)
  if (after) tellPlaceBack(device, row.id, progressOf(row), progressOf(after), cause)
  if (after) tellPlaceNotFound(device, after, cause)
}
