/** What can go wrong in a way that waits for a person. */
export type ErratumKind =
  | 'import-failed'
  | 'imports-waiting'
  | 'preparation-failed'
  | 'conversion-failed'
  | 'foreign-token'
  | 'retired-address'
  | 'revoked-address'
  | 'gone-back-in-time'
  | 'amnesia'
  | 'mass-removal'
  | 'drift'
  | 'removed-on-kobo'
  | 'download-failed'
  | 'download-cut'
  | 'download-not-begun'
  | 'token-stuck'
  | 'services-silent'
  | 'book-near-limit'
  | 'headers-near-limit'
  | 'unknown-requests'
  | 'low-disk'

/** What an action needs to know, as plain text. */
export type ErratumDetail = Readonly<Record<string, string>>

/** Something that needs a person's eye: what happened, what it means, and what can be done. */
export type Erratum = {
  id: string
  kind: ErratumKind
  /** What it is about; there is one open erratum per kind and subject. */
  subject: string
  /** Whose it is; null is the owner's. */
  person: string | null
  device: string | null
  book: string | null
  cause: string
  consequence: string
  /** The names of what can be done about it. */
  actions: string[]
  detail: ErratumDetail
  at: number
  closedAt: number | null
  closedBecause: string | null
}

/** An erratum that is about to be filed. */
export type NewErratum = Pick<
  Erratum,
  'kind' | 'subject' | 'person' | 'device' | 'book' | 'cause' | 'consequence' | 'detail'
>

/** What a person can do about an erratum of this kind. */
export function actionsOf(kind: ErratumKind): string[] {
  return [...ACTIONS[kind]]
}

/** Whether `text` names a kind that this program knows; a newer one may have filed others. */
export function isErratumKind(text: string): text is ErratumKind {
  return Object.hasOwn(ACTIONS, text)
}

/** Whether an erratum of this kind tells of something that happened, so that each time is news; others tell of what is so. */
export function isEvent(kind: ErratumKind): boolean {
  return kind === 'import-failed' || kind === 'unknown-requests'
}

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

/** A Kobo that asks for highlights, and tells of its own, with a token that is not of this server. */
export function foreignToken(device: Caller): NewErratum {
  return {
    ...about(device, 'foreign-token'),
    cause: `“${device.name}” tells of its highlights with a sign-in that is not from this server.`,
    consequence:
      'They are kept apart, and those that are stored here do not reach it. This ends when it next syncs with this server.',
  }
}

/** A Kobo that calls with an address that another one has replaced. */
export function retiredAddress(device: Caller): NewErratum {
  return {
    ...about(device, 'retired-address'),
    cause: `“${device.name}” still calls with an address that was replaced.`,
    consequence: 'It gets nothing until the new address stands in its configuration.',
  }
}

/** A Kobo that calls although it was revoked. */
export function revokedAddress(device: Caller): NewErratum {
  return {
    ...about(device, 'revoked-address'),
    cause: `“${device.name}” still calls, although it was revoked.`,
    consequence: 'It gets nothing. Let it in again, or put another address into its configuration.',
  }
}

/** Wanted books of which nobody can tell whether they are on a Kobo, because it or this server was put back to an earlier day. */
export function goneBackInTime(device: Caller): NewErratum {
  return {
    ...about(device, 'gone-back-in-time'),
    cause: `“${device.name}” and this library remember different pasts: one of them was put back to an earlier day.`,
    consequence:
      'Some books may or may not be on it. They are left alone until it tells of them, or until you have them sent again: then those that are there must be downloaded anew. An audit of its own database tells without that.',
  }
}

/** A Kobo that came without its token, where nothing tells whether its library is still there. `from` names the question. */
export function lostItsToken(device: Caller, from: number): NewErratum {
  return {
    ...about(device, 'amnesia'),
    subject: `${device.id} ${from}`,
    cause: `“${device.name}” came as if it were new: it no longer knows what it was sent.`,
    consequence:
      'Books that it never downloaded are sent again. Those it had downloaded are left alone until you say whether it was reset, or audit it: its own database knows.',
    detail: { from: String(from) },
  }
}

/** A machine took so many books off the shelves of a Kobo that somebody must look before they are removed from it. */
export function massRemoval(device: Caller, books: number): NewErratum {
  return {
    ...about(device, 'mass-removal'),
    cause: `${books} books were taken off the shelves of “${device.name}” by a program and not by a person.`,
    consequence: 'They stay on the Kobo until you say whether they are to leave it.',
  }
}

/**
 * Books that are otherwise on a Kobo than its ledger says, by its own database. `heldBack`: how many of them are not sent anew by
 * themselves, since they have highlights that are not stored here.
 */
export function drifted(
  device: Caller,
  { audit, books, heldBack }: { audit: string; books: number; heldBack: number },
): NewErratum {
  const some =
    books === 1 ? 'One book is not as it should be' : `${books} books are not as they should be`
  const waiting = heldBack === 1 ? 'one of them has' : `${heldBack} of them have`
  return {
    ...about(device, 'drift'),
    cause: `${some} on “${device.name}”, by its own database.`,
    consequence: `Healing puts right what the next sync can put right.${
      heldBack > 0
        ? ` But ${waiting} highlights on the Kobo that are not stored here: fetched anew, they are lost. Heal those from the audit itself, saying so.`
        : ''
    }`,
    detail: { audit },
  }
}

/** A Kobo that an erratum is about. */
export type Caller = { id: string; name: string; person: string }

/** What is the same in every erratum about a Kobo and nothing else. */
export function about(device: Caller, kind: ErratumKind) {
  const { id, person } = device
  return { kind, subject: id, person, device: id, book: null, detail: {} }
}

const ACTIONS: Record<ErratumKind, readonly string[]> = {
  'import-failed': ['retry'],
  // It is tried again by itself.
  'imports-waiting': [],
  'preparation-failed': ['retry'],
  'conversion-failed': ['retry'],
  // What ends these is done on the Kobo.
  'foreign-token': [],
  'retired-address': [],
  'revoked-address': ['restore'],
  'gone-back-in-time': ['send-again', 'audit'],
  amnesia: ['was-reset', 'kept', 'audit'],
  'mass-removal': ['remove', 'keep'],
  drift: ['heal'],
  'removed-on-kobo': ['unshelve', 'keep-off'],
  'download-failed': ['offer-again'],
  // What ends these is done on the Kobo, at the proxy or in the book.
  'download-cut': [],
  'download-not-begun': [],
  'token-stuck': [],
  'services-silent': [],
  'book-near-limit': [],
  'headers-near-limit': [],
  'unknown-requests': [],
  'low-disk': [],
}

/** Every kind that this program knows. */
export const ERRATUM_KINDS: readonly ErratumKind[] = Object.keys(ACTIONS).filter(isErratumKind)
