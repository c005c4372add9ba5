/** What can go wrong in a way that waits for a person. */
export type ErratumKind = 'import-failed' | 'preparation-failed'

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
    cause: `“${name}” could not be imported. ${cause}`,
    consequence: 'It is not in the library. The file is kept in quarantine.',
    detail: { name, quarantined },
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
    person: book.uploader,
    device: null,
    book: book.id,
    cause: `“${book.title}” could not be prepared for the Kobo. ${cause}`,
    consequence: 'It is not sent to any device until this is solved.',
    detail: {},
  }
}

const ACTIONS: Record<ErratumKind, readonly string[]> = {
  'import-failed': ['retry'],
  'preparation-failed': ['retry'],
}
