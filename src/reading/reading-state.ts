/** A moment as a device wrote it: its text goes back unchanged, its instant (ms) is what is compared. */
export type Moment = { text: string; at: number }

export type ReadingStatus = 'ReadyToRead' | 'Reading' | 'Finished'

/** Where in the book: a span of a KEPUB, in the device's own words. */
export type Location = { source: string; type: string; value: string }

/** Part of a reading state: whether and how often the book was read. */
export type StatusPart = {
  modified: Moment
  status: ReadingStatus
  timesStarted: number | null
  lastStarted: string | null
  lastFinished: string | null
}

/** Part of a reading state: minutes spent (cumulative for the device) and remaining. */
export type StatisticsPart = {
  modified: Moment
  spentMinutes: number | null
  remainingMinutes: number | null
}

/** Part of a reading state: percent of the whole book and of the current resource, 0–100, as sent. */
export type PlacePart = {
  modified: Moment
  percent: number | null
  sourcePercent: number | null
  location: Location | null
}

/** Where a person is in a book. */
export type ReadingState = {
  book: string
  /** Rises when the content changes. */
  rev: number
  /** The device the last change came from; null = not from a device. */
  origin: string | null
  createdAt: number
  modified: Moment
  status: StatusPart | null
  statistics: StatisticsPart | null
  place: PlacePart | null
}
