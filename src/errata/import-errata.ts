import type { NewErratum } from './erratum.ts'

/**
 * A file that could not be imported. `subject` is the hash of its bytes, or its name where they could not be read;
 * `quarantined` is where it lies below quarantine/, `cause` the sentence of the Problem.
 */
export function importFailed(failure: {
  subject: string
  name: string
  cause: string
  quarantined: string
  uploader: string | null
}): NewErratum {
  const { subject, name, cause, quarantined, uploader } = failure
  return {
    kind: 'import-failed',
    subject,
    person: uploader,
    device: null,
    book: null,
    cause: `“${inSentence(name)}” could not be imported. ${cause}`,
    consequence: 'It is not in the library. The file is kept in quarantine.',
    detail: { name, quarantined },
  }
}

/** The name of a file without marks that would turn what stands after it around, or break the line. */
function inSentence(name: string): string {
  return name.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '')
}

/** Drops that wait, because a disk is full or cannot be written; `cause` is a whole sentence. */
export function importsWaiting(cause: string): NewErratum {
  return {
    kind: 'imports-waiting',
    subject: 'inbox',
    person: null,
    device: null,
    book: null,
    cause: `Books cannot be imported. ${cause}`,
    consequence: 'What was dropped waits in the inbox and is tried again every minute.',
    detail: {},
  }
}

/** An inbox that cannot be looked into; `cause` is a whole sentence. */
export function inboxClosed(cause: string): NewErratum {
  return {
    ...importsWaiting(cause),
    subject: 'the inbox itself',
    cause: `Books cannot be taken from the inbox. ${cause}`,
    consequence: 'It is looked for every minute, and what lies in it then is taken.',
  }
}

/** A book of which no artifact could be made; `cause` is a whole sentence. */
export function preparationFailed(failure: {
  book: { id: string; title: string; uploader: string | null }
  cause: string
}): NewErratum {
  const { book, cause } = failure
  return {
    kind: 'preparation-failed',
    subject: book.id,
    person: null, // any device of the household may wait for it
    device: null,
    book: book.id,
    cause: `“${book.title}” could not be prepared for the Kobo. ${cause}`,
    consequence: 'It is not sent to any device until this is solved.',
    detail: {},
  }
}

/** A book that cannot become a KEPUB; `cause` is one or more whole sentences. */
export function conversionFailed(failure: {
  book: { id: string; title: string }
  cause: string
}): NewErratum {
  const { book, cause } = failure
  return {
    kind: 'conversion-failed',
    subject: book.id,
    person: null, // as above
    device: null,
    book: book.id,
    cause: `“${book.title}” could not be converted for the Kobo. ${cause}`,
    consequence: 'It is delivered as plain EPUB: no exact place, no highlights.',
    detail: {},
  }
}
