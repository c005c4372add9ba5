/** What shows that a device has a book: its file, a file on its way, or only that it knows the book. */
export type Proof = Sign & {
  kind:
    | 'download-completed'
    | 'state'
    | 'annotation'
    | 'listed'
    | 'audited'
    | 'download-begun'
    | 'metadata-asked'
    | 'cover-asked'
    | 'annotations-asked'
    | 'tagged'
  level: 'file' | 'begun' | 'row'
}

/** What speaks against it: something after which a book that was there may be there no more. */
export type Denial = Sign & {
  kind:
    | 'unlisted'
    | 'audited'
    | 'row-missed'
    | 'file-missed'
    | 'consent'
    | 'epoch'
    | 'removal'
    | 'retracted'
    | 'restored'
    | 'rolled-back'
}

/**
 * Something that speaks for or against a book being on a device. `at`: when it was so, epoch ms; for a report that came late that is
 * the instant inside it. `place`: between which entries of the log that was.
 */
export type Sign = { at: number; place: number }

/** Whether one sign is about a later time than the other. Places decide, for clocks may be set back; between two entries, times. */
export function isNewer(one: Sign, other: Sign | null): boolean {
  if (other === null) return true
  return one.place > other.place || (one.place === other.place && one.at > other.at)
}

const LEVELS = { file: 2, begun: 1, row: 0 } as const

/** Whether a proof says more than another: that the file is there before all else, and of the same kind the newer one. */
export function isStronger(one: Proof, other: Proof | null): boolean {
  if (other === null) return true
  const more = LEVELS[one.level] - LEVELS[other.level]
  return more === 0 ? isNewer(one, other) : more > 0
}
