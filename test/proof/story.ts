import fc from 'fast-check'
import type { Audit, FaultOnce, Step, Sync } from './step.ts'

/** Whom a story is about: a Kobo, a book and another one, and what makes a report of that Kobo come late. */
type Cast = { kobo: 0 | 1; book: number; other: number; late: FaultOnce }

/**
 * What seldom happens by itself in this order, though it is what a rule of sync is for. Every story is honest: a server that keeps the
 * rules comes through it.
 */
const STORIES: ((cast: Cast) => Step[])[] = [
  // Pages that were turned before a removal are told of after it. The book is shelved again, and is not there.
  ({ kobo, book, late }) => [
    ...readOn(kobo, book),
    { do: 'unshelve', book },
    sync(kobo, late),
    { do: 'shelve', book },
    sync(kobo),
  ],
  // The reader removes a book, and the pages turned before are told of after the removal.
  ({ kobo, book, late }) => [
    ...readOn(kobo, book),
    { do: 'remove', kobo, book },
    sync(kobo, late),
    sync(kobo),
  ],
  // A page with a removal is left behind, and another page is taken: the book may be there still.
  ({ kobo, book, other }) => [
    ...there(kobo, book),
    { do: 'unshelve', book },
    sync(kobo, { kind: 'lose-reply', on: 'library' }),
    { do: 'shelve', book },
    { do: 'shelve', book: other },
    sync(kobo),
    sync(kobo),
  ],
  // A page with a new book is left behind, and the book is not on the next one.
  ({ kobo, book, other }) => [
    { do: 'shelve', book },
    sync(kobo, { kind: 'lose-reply', on: 'library' }),
    { do: 'not ready', book },
    { do: 'shelve', book: other },
    sync(kobo),
    sync(kobo),
  ],
  // The server is put back, and has issued as many pages as before when the Kobo comes with a token of the other past.
  ({ kobo, book, other }) => [
    sync(kobo),
    { do: 'server snapshot' },
    { do: 'shelve', book },
    sync(kobo),
    { do: 'server rollback', renew: false },
    { do: 'shelve', book: other },
    { do: 'stranger', kobo },
    sync(kobo),
  ],
  // The token is lost, and the library is there.
  ({ kobo, book }) => [...there(kobo, book), { do: 'lose token', kobo }, sync(kobo)],
  // A book vanishes, or its file: an audit finds it, and what it finds is healed.
  ({ kobo, book, other }) => [
    ...there(kobo, book),
    ...there(kobo, other),
    { do: 'lose row', kobo, book },
    { do: 'delete file', kobo, book: other },
    audit(kobo),
    { do: 'heal', classes: null, evenUnsaved: true, kobo },
    sync(kobo),
    sync(kobo),
    audit(kobo),
  ],
  // A copy of a day on which a book was lost is audited after it came back.
  ({ kobo, book }) => [
    ...there(kobo, book),
    { do: 'lose row', kobo, book },
    { do: 'copy database', kobo },
    { do: 'resend', kobo, book },
    sync(kobo),
    { do: 'tap', rate: 0, seed: 0, kobo, book },
    { do: 'read', offline: false, kobo, book },
    audit(kobo, 'earlier'),
    { do: 'heal', classes: null, evenUnsaved: true, kobo },
    sync(kobo),
  ],
  // A copy of a day on which its reader had removed a book is audited after the book came back.
  ({ kobo, book }) => [
    ...there(kobo, book),
    { do: 'remove', kobo, book },
    sync(kobo),
    { do: 'copy database', kobo },
    { do: 'unshelve', book },
    ...there(kobo, book),
    audit(kobo, 'earlier'),
    { do: 'heal', classes: null, evenUnsaved: true, kobo },
    sync(kobo),
  ],
  // The library is gone, and the token is still there.
  ({ kobo, book }) => [
    ...there(kobo, book),
    { do: 'wipe', kobo },
    sync(kobo),
    audit(kobo),
    { do: 'heal', classes: null, evenUnsaved: true, kobo },
    sync(kobo),
  ],
  // The token is lost, and an audit says what is there.
  ({ kobo, book, other }) => [
    ...there(kobo, book),
    ...there(kobo, other),
    { do: 'lose row', kobo, book },
    { do: 'lose token', kobo },
    sync(kobo),
    audit(kobo),
    sync(kobo),
  ],
  // A book that is there is made anew.
  ({ kobo, book }) => [...there(kobo, book), { do: 'not ready', book }, sync(kobo)],
]

/** Any of these stories. */
export function storyOf(
  kobo: fc.Arbitrary<0 | 1>,
  book: fc.Arbitrary<number>,
): fc.Arbitrary<Step[]> {
  const cast = fc.record({
    kobo,
    book,
    other: book,
    late: fc.record({
      kind: fc.constantFrom('postpone' as const, 'twin-later' as const),
      on: fc.constant('state' as const),
    }),
  })
  return fc.tuple(fc.constantFrom(...STORIES), cast).map(([story, who]) => story(who))
}

/** The book is downloaded, and the server knows. */
function there(kobo: 0 | 1, book: number): Step[] {
  return [
    { do: 'shelve', book },
    sync(kobo),
    { do: 'tap', rate: 0, seed: 0, kobo, book },
    sync(kobo),
  ]
}

/** The book is there, and its reader turns pages of which nobody is told yet. */
function readOn(kobo: 0 | 1, book: number): Step[] {
  const read: Step = { do: 'read', offline: true, kobo, book }
  return [...there(kobo, book), read, read]
}

function audit(kobo: 0 | 1, copy: Audit['copy'] = 'now'): Step {
  return { do: 'audit', copy, listing: true, day: 'right', kobo }
}

function sync(kobo: 0 | 1, once: FaultOnce | null = null): Sync {
  return { do: 'sync', kobo, rate: 0, seed: 0, edit: null, once }
}
