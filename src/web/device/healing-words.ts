import type { Healing } from '../../sync/heal.ts'

/** What is healed, as a question. */
export function questionOf(
  how: Healing,
  books: readonly string[],
  titleOf: (book: string) => string | undefined,
): string {
  if (how === 'reset-sync') return 'Send everything again?'
  const [book = ''] = books
  const what = books.length === 1 ? `“${titleOf(book) ?? book}”` : `${books.length} books`
  return `${VERBS[how]} ${what}?`
}

const VERBS: Record<Exclude<Healing, 'reset-sync'>, string> = {
  resend: 'Send again',
  retract: 'Remove and send again',
  'bring-back': 'Bring back',
}

/** What a healing means. */
export const MEANING: Record<Healing, string> = {
  resend: 'What was downloaded of it must be downloaded again.',
  retract: 'It is removed with one sync, and offered again with the next.',
  'bring-back': 'What its reader removed on the Kobo comes back.',
  'reset-sync':
    'Nothing of what this Kobo holds is relied on any more: what was downloaded must be downloaded again.',
}

/** The button that does it. */
export const CONFIRM: Record<Healing, string> = {
  resend: 'Yes, send again',
  retract: 'Yes, remove and send again',
  'bring-back': 'Yes, bring back',
  'reset-sync': 'Yes, send everything again',
}
