// Browsers say these sentences, too: nothing here may need Node.

/** Why a database is not read. */
export const REFUSALS = [
  'not-a-database',
  'not-a-kobo',
  'odd-table',
  'damaged',
  'too-many',
] as const

export type Refusal = (typeof REFUSALS)[number]

/** A database that is not read. */
export class Refused extends Error {
  readonly why: Refusal

  constructor(why: Refusal, options?: ErrorOptions) {
    super(`The database is refused: ${why}.`, options)
    this.name = 'Refused'
    this.why = why
  }
}

/** What is said of it. */
export const SENTENCES: Record<Refusal, string> = {
  'not-a-database': 'This file is not a database of a Kobo.',
  'not-a-kobo': 'This database is not that of a Kobo: it has no books.',
  'odd-table': 'This database is not that of a Kobo: its books are not in an ordinary table.',
  damaged: 'This database is damaged so much that nothing in it can be read.',
  'too-many': 'This database holds more books than a Kobo can.',
}
