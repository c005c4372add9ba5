import { describe, expect, test } from 'vitest'
import type { Entry, Operation, Verb } from '../sync/log.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { bundleOf } from './bundle.ts'
import { countSync } from './count-sync.ts'
import { quoted, series } from './phrases.ts'
import { requestsIn } from './requests.ts'
import { endOf } from './sync-end.ts'
import type { IssuedPage, SyncRecord } from './sync-record.ts'
import { tellSync } from './tell-sync.ts'

/** Minutes after noon of 1 September 2026, in UTC. */
const at = (minutes: number): number => Date.UTC(2026, 8, 1, 12) + minutes * 60_000
const tell = tellTimes(at(60), 'UTC')
const TITLES: Record<string, string> = { a: 'Alice', b: 'Emma', c: 'Dracula' }

const operation = (verb: Verb, book: string): Operation => ({
  verb,
  book,
  metaRev: 1,
  fileRev: 1,
  stateRev: 0,
  artifact: null,
})

type Untimed = Entry extends infer Each
  ? Each extends Entry
    ? Omit<Each, 'seq' | 'at'>
    : never
  : never

/** A session whose entries stand at 10, 11 … of the log. */
function record(
  entries: readonly Untimed[],
  pages: readonly IssuedPage[] = [],
  lastHeard = 0,
): SyncRecord {
  const timed = [{ kind: 'session' } as Untimed, ...entries].map((entry, index) => ({
    ...entry,
    seq: 10 + index,
    at: at(index),
  }))
  return {
    seq: 10,
    startedAt: at(0),
    entries: timed,
    pages,
    foretold: null,
    isLast: true,
    lastHeard,
  }
}

const told = (...of: Parameters<typeof record>): string[] =>
  tellSync(record(...of), (book) => TITLES[book], tell)

const page = (id: string, parent: string | null, ...operations: Operation[]): Untimed => ({
  kind: 'page',
  page: id,
  parent,
  operations,
})
const issued = (id: string, seq: number, taken = true): IssuedPage => ({
  id,
  seq,
  at: at(seq - 10),
  taken,
})

describe('a sync is told in sentences', () => {
  test.each<[string, string[], Parameters<typeof record>]>([
    ['without a library sync', ['Did not ask for its library.'], [[]]],
    [
      'in the order of what came, what was taken and what the Kobo did',
      [
        'Came with the token of today 11:55.',
        'Took 2 new books, 1 removal, 1 change of details and 1 place.',
        'Downloaded “Alice” and “Emma”.',
        'Began to download “Dracula”, as yet without an end.',
        'Told where it is in “Dracula”.',
        'Told of highlights in “Dracula”.',
        'Named “Emma” in a collection.',
        'Its list of books lacked “Alice”.',
      ],
      [
        [
          { kind: 'returned', page: 'p', opened: true },
          page('q', 'p', operation('new', 'a'), operation('new', 'b'), operation('removal', 'c')),
          page('r', 'q', operation('metadata', 'a'), operation('state', 'a')),
          { kind: 'complete' },
          { kind: 'download-completed', book: 'a' },
          { kind: 'download-begun', book: 'b' },
          { kind: 'download-completed', book: 'b' },
          { kind: 'download-begun', book: 'c' },
          { kind: 'state', book: 'c', instant: 0, rev: null },
          { kind: 'annotation', book: 'c', instant: 0 },
          { kind: 'tagged', book: 'b' },
          { kind: 'unlisted', book: 'a' },
        ],
        [issued('p', 5), issued('q', 12), issued('r', 13)],
      ],
    ],
    [
      'also when an answer was asked for twice in it',
      [
        'Came for the first time.',
        'Took 1 new book.',
        'An answer did not reach it whole, so the same was sent again.',
      ],
      [
        [
          { kind: 'tokenless' },
          page('p', null, operation('new', 'a')),
          page('q', null, operation('new', 'a')),
        ],
        [issued('p', 12, false), issued('q', 13)],
      ],
    ],
    [
      'also of a Kobo or a server that went back in time',
      [
        'Was put back to an earlier day of its own.',
        'Remembers what this server has forgotten.',
        'Nothing was due.',
      ],
      [
        [
          { kind: 'restored', page: 'p', from: 5, issued: 4 },
          { kind: 'rolled-back', page: 'x', was: null },
          { kind: 'returned', page: 'x', opened: true },
          { kind: 'complete' },
        ],
      ],
    ],
    [
      'with what never was confirmed',
      ['Came without a token.', 'Was sent 1 new book and 1 new file, and never confirmed that.'],
      [
        [{ kind: 'tokenless' }, page('q', null, operation('new', 'a'), operation('file', 'b'))],
        [issued('p', 5), issued('q', 12, false)],
        20,
      ],
    ],
  ])('%s', (_, sentences, of) => {
    expect(told(...of)).toEqual(sentences)
  })
})

test('many titles are named in part, and unknown ones counted', () => {
  expect(quoted(['A', 'B', 'C', 'D', 'E', 'F', 'G'])).toBe('“A”, “B”, “C”, “D”, “E” and 2 more')
  expect(quoted(['A', undefined])).toBe('“A” and 1 more')
  expect(quoted([undefined, undefined])).toBe('2 books')
  expect([series([]), series(['a']), series(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c'])
})

test('what was sent twice counts once, and an empty answer is a request too', () => {
  const { entries } = record([
    { kind: 'tokenless' },
    page('p', null, operation('new', 'a')),
    page('q', null, operation('new', 'a'), operation('removal', 'b')),
    { kind: 'complete' },
    { kind: 'download-begun', book: 'a' },
    { kind: 'complete' },
  ])
  expect(countSync(entries)).toMatchObject({ added: 1, removed: 1, downloads: 0 })
  expect(requestsIn(entries)).toEqual([
    { at: at(2), call: 'library-sync', operations: 1 },
    { at: at(3), call: 'library-sync', operations: 2 },
    { at: at(5), call: 'download', bookId: 'a' },
    { at: at(6), call: 'library-sync', operations: 0 },
  ])
})

test('a sync ends with the silence after it, and a download makes it last', () => {
  const entry = (
    minutes: number,
    kind: 'cover-asked' | 'download-begun' | 'download-completed',
  ): Entry => ({
    seq: minutes,
    at: at(minutes),
    kind,
    book: 'a',
  })
  const end = (...entries: Entry[]): number => (endOf(entries, 60_000) - at(0)) / 60_000
  expect(end(entry(0, 'cover-asked'), entry(0.5, 'cover-asked'), entry(30, 'cover-asked'))).toBe(
    0.5,
  )
  expect(
    end(entry(0, 'download-begun'), entry(4, 'download-completed'), entry(30, 'cover-asked')),
  ).toBe(4)
  expect(end(entry(0, 'download-begun'), entry(30, 'cover-asked'))).toBe(0)
})

test('a bundle names pages by their place, and ledgers of other pasts not at all', () => {
  const sync = record(
    [
      { kind: 'rolled-back', page: 'lost', was: 'another-ledger-id' },
      { kind: 'returned', page: 'p-secret', opened: true },
      page('q-secret', 'p-secret', operation('new', 'a')),
    ],
    [issued('p-secret', 5), issued('q-secret', 13)],
  )
  const device = {
    model: 'Kobo Libra',
    firmware: '4.45',
    paused: false,
    name: 'Anna’s',
    person: 'anna',
  }
  const bundle = bundleOf(sync, device)
  expect(bundle.entries.slice(1)).toMatchObject([
    { kind: 'rolled-back', page: 'page of another past', was: 'another ledger' },
    { kind: 'returned', page: 'page 5' },
    { kind: 'page', page: 'page 13', parent: 'page 5', operations: [{ verb: 'new', book: 'a' }] },
  ])
  expect(JSON.stringify(bundle)).not.toMatch(/secret|another-ledger-id|lost|nna/)
})
