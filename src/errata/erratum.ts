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
