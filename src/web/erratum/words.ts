import type { ErratumKind } from '../../errata/erratum.ts'

/** What is asked with an erratum, where its words are not question enough, and what its answers say. */
export type Answers = { question?: string; answers: Readonly<Record<string, string>> }

/** The answers to errata of a kind, in the words of their buttons. */
export function answersTo(kind: ErratumKind): Answers {
  return WORDS[kind] ?? { answers: {} }
}

const WORDS: Partial<Record<ErratumKind, Answers>> = {
  'import-failed': { answers: { retry: 'Try to import it again' } },
  'preparation-failed': { answers: { retry: 'Try to prepare it again' } },
  'conversion-failed': { answers: { retry: 'Try to convert it again' } },
  'revoked-address': { answers: { restore: 'Let it in again' } },
  'gone-back-in-time': {
    answers: { 'send-again': 'Send those books again', audit: 'Audit it: its database knows' },
  },
  amnesia: {
    question: 'Was it reset?',
    answers: {
      'was-reset': 'Yes: send everything again',
      kept: 'No: its books are still there',
      audit: 'Neither, or not sure: audit it',
    },
  },
  'mass-removal': {
    question: 'Shall they leave the Kobo?',
    answers: { remove: 'Yes: remove them', keep: 'No: let them stay' },
  },
  drift: { answers: { heal: 'Heal it with the next sync' } },
  'removed-on-kobo': {
    answers: {
      unshelve: 'Yes: off the shelves too',
      'keep-off': 'No: only off this Kobo',
    },
  },
  'download-failed': { answers: { 'offer-again': 'Take it off and offer it anew' } },
}
