/** One file of the corpus: what somebody may drop, and what becomes of it. */
export type HostileFile = {
  /** What is wrong with it. */
  what: string
  /** Its name where it is dropped; `book.epub` unless given. */
  name?: string
  /** Its bytes, made when they are needed: some are many. */
  make: () => Buffer | Promise<Buffer>
  /** How long the file is when zeros without number follow its bytes. */
  length?: number
  becomes: Fate
}

/** The sentence with which a file is refused, or the book that it becomes. */
export type Fate = { refused: string | RegExp } | { title: string | RegExp; cover?: boolean }

/** A file that is refused with this sentence. */
export function refused(
  what: string,
  sentence: string | RegExp,
  make: HostileFile['make'],
): HostileFile {
  return { what, make, becomes: { refused: sentence } }
}

/** A file that becomes a book with this title, `Book` unless given, with or without a cover. */
export function taken(
  what: string,
  make: HostileFile['make'],
  book: { title?: string | RegExp; cover?: boolean } = {},
): HostileFile {
  return { what, make, becomes: { title: 'Book', ...book } }
}
