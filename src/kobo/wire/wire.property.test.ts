import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PAGE_BYTES } from '../../sync/page.ts'
import type { Artifact } from '../../artifacts/artifact.ts'
import type { Book } from '../../catalogue/book.ts'
import { mergeReport } from '../../reading/merge.ts'
import type { Operation, Verb } from '../../sync/log.ts'
import { complaintsAboutPage } from '../../simulator/validate/page.ts'
import { pointedNumbers, readingState } from '../../simulator/validate/reading-state.ts'
import { cutHtml } from './cut-html.ts'
import { decodeStates } from './decode-states.ts'
import { encodeOperation } from './encode-operation.ts'
import { encodeState } from './encode-state.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

const ID = '6b1f2c3d-0000-5000-8000-000000000001'
const NOW = Date.UTC(2026, 8, 1, 12)
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const LAST = Date.parse('9999-12-31T23:59:59Z')

/** Text as nobody wishes it: halves of pairs, directions, controls, quotes, tags, very long. */
const hard = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    ' ',
    '\ud800',
    'a\udc00b',
    '\u202egnp.exe',
    '\u0000\u0007',
    '"\\/',
    '<b>&amp;',
    '👩‍👩‍👧',
    'ｱ',
  ),
  fc
    .tuple(fc.constantFrom('x', 'こ', '\ud83d\ude80', '\u0001', '"'), fc.nat(120_000))
    .map(([unit, times]) => unit.repeat(times)),
)

/** Sanitized HTML of up to some hundred kilobytes. */
const html = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '<p>',
        '</p>',
        '<b>',
        '</b>',
        '<br />',
        '&amp;',
        '&lt;',
        '<blockquote>',
        '</blockquote>',
      ),
      fc
        .tuple(fc.constantFrom('a', '漢', '\ud83d\ude80', '<i>x</i>'), fc.nat(4000))
        .map(([unit, times]) => unit.repeat(times)),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })

const books: fc.Arbitrary<Book> = fc.record({
  id: fc.constant(ID),
  title: hard,
  subtitle: maybe(hard),
  contributors: fc.array(
    fc.record({ name: hard, sortName: fc.constant(null), role: fc.constantFrom('aut', 'ill') }),
    { maxLength: 60 },
  ),
  series: maybe(
    fc.record({ name: hard, index: maybe(fc.oneof(fc.constantFrom(0, 1.5, -1), fc.double())) }),
  ),
  language: maybe(fc.oneof(hard, fc.constantFrom('en-GB', 'zh_Hant', 'deu', 'x'))),
  publisher: maybe(hard),
  published: fc.constant(null),
  publishedAt: maybe(fc.integer({ min: FIRST * 2, max: LAST * 2 })),
  isbn: maybe(hard),
  identifiers: fc.constant([]),
  description: maybe(fc.oneof(html, hard)),
  subjects: fc.constant([]),
  layout: fc.constantFrom('reflowable', 'fixed'),
  format: fc.constantFrom('epub', 'kepub'),
  cover: maybe(fc.constant({ hash: '1a2b3c4d5e', type: 'image/jpeg', crop: null })),
  metaRev: fc.constant(1),
  fileRev: fc.constantFrom(1, 2),
  file: fc.constant({ hash: 'f', size: 1, path: 'x' }),
  artifact: fc.constant('h'),
  uploader: fc.constant(null),
  addedAt: fc.nat(NOW),
  deletedAt: fc.constant(null),
})

/** A timestamp as anybody writes it: dates, minutes, seconds, up to nine decimals, with and without a zone. */
const timestamps = fc
  .tuple(
    fc.integer({ min: FIRST, max: LAST }),
    fc.constantFrom('date', 'minute', 'second', 'decimals'),
    fc.stringMatching(/^\d{1,9}$/),
    fc.constantFrom('Z', '', '+00:00', '+0530', '-08:00'),
  )
  .map(([instant, precision, decimals, zone]) => {
    const text = new Date(instant).toISOString()
    if (precision === 'date') return text.slice(0, 10)
    if (precision === 'minute') return `${text.slice(0, 16)}${zone}`
    return `${text.slice(0, 19)}${precision === 'decimals' ? `.${decimals}` : ''}${zone}`
  })

const percents = fc.oneof(
  fc.constantFrom(0, 33, 32.87, 100, 0.1, -0, 1e-7),
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.integer({ min: 0, max: 100 }),
)

/** A reading state as a Kobo, or nobody, sends it: any part may be null, missing or odd. */
const reports = fc.record(
  {
    EntitlementId: fc.constantFrom(ID, `"${ID}"`, ID.toUpperCase()),
    Created: fc.oneof(timestamps, hard, fc.constant(null)),
    LastModified: fc.oneof(timestamps, hard, fc.constant(null)),
    StatusInfo: maybe(
      fc.record(
        {
          LastModified: fc.oneof(timestamps, fc.constant(null)),
          Status: fc.oneof(fc.constantFrom('ReadyToRead', 'Reading', 'Finished'), hard),
          TimesStartedReading: fc.oneof(fc.nat(9), hard),
          LastTimeStartedReading: fc.oneof(timestamps, hard),
          LastTimeFinished: fc.oneof(timestamps, hard, fc.constant(null)),
        },
        { requiredKeys: [] },
      ),
    ),
    Statistics: maybe(
      fc.record(
        {
          LastModified: timestamps,
          SpentReadingMinutes: fc.nat(),
          RemainingTimeMinutes: fc.double(),
        },
        { requiredKeys: [] },
      ),
    ),
    CurrentBookmark: maybe(
      fc.record(
        {
          LastModified: timestamps,
          ProgressPercent: fc.oneof(percents, fc.double(), hard),
          ContentSourceProgressPercent: percents,
          Location: maybe(fc.record({ Value: hard, Type: maybe(hard), Source: maybe(hard) })),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
)

describe('an instant', () => {
  test('that is written is read as the same second', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (instant) => {
        expect(parseTimestamp(formatTimestamp(instant))).toBe(Math.floor(instant / 1000) * 1000)
      }),
    )
  })

  test('is understood in every precision, and never beyond a day of what its digits say', () => {
    fc.assert(
      fc.property(timestamps, (text) => {
        const instant = parseTimestamp(text)
        expect(instant).toBeDefined()
        const digits = Date.parse(`${text.slice(0, 10)}T00:00:00Z`)
        expect(Math.abs((instant ?? 0) - digits)).toBeLessThan(2 * 86_400_000)
      }),
    )
  })
})

describe('a description of any length', () => {
  test('is cut into whole characters, whole entities and balanced tags', () => {
    fc.assert(
      fc.property(html, fc.integer({ min: 1, max: 20_000 }), (text, limit) => {
        const cut = cutHtml(text, limit)
        if (text.length <= limit) {
          expect(cut).toBe(text)
          return
        }
        expect(cut.isWellFormed()).toBe(true)
        expect(cut.replaceAll(/<\/?[a-z]+(?: \/)?>|&(?:amp|lt);/g, '')).not.toMatch(/[<>&]/)
        expect(openTags(cut)).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

describe('an operation', () => {
  test('about any book is what a Kobo accepts, fits into a page, and is the same text again', () => {
    const verbs: fc.Arbitrary<Verb> = fc.constantFrom('new', 'file', 'metadata', 'removal')
    fc.assert(
      fc.property(books, verbs, (book, verb) => {
        const { fileRev } = book
        const operation: Operation = {
          verb,
          book: ID,
          metaRev: 1,
          fileRev,
          stateRev: 0,
          artifact: 'h',
        }
        const artifact: Artifact = { hash: 'h', book: ID, fileRev, format: 'KEPUB', size: 734_003 }
        const about = { book, artifact, state: null, downloadUrl: 'https://h/f' }
        const text = JSON.stringify(encodeOperation(operation, about))
        expect(Buffer.byteLength(text)).toBeLessThan(PAGE_BYTES - 100)
        expect(text).not.toMatch(/\\ud[89a-f]/)
        const read: unknown = JSON.parse(text)
        expect(complaintsAboutPage([read], Buffer.byteLength(text))).toEqual([])
        expect(JSON.stringify(read)).toBe(text)
        expect(JSON.stringify(encodeOperation(operation, about))).toBe(text)
      }),
      { numRuns: 150 },
    )
  })
})

describe('a place', () => {
  test('as a Kobo or anybody tells it comes back as a Kobo accepts it', () => {
    fc.assert(
      fc.property(fc.array(reports, { minLength: 1, maxLength: 3 }), (told) => {
        const body: unknown = JSON.parse(JSON.stringify({ ReadingStates: told }))
        for (const { report } of decodeStates(body, NOW) ?? []) {
          const { state } = mergeReport(null, report, { book: ID, origin: null })
          const text = JSON.stringify([encodeState(state)])
          const [read] = JSON.parse(text) as unknown[]
          expect(readingState(read, 'state')).toEqual([])
          expect(pointedNumbers(text)).toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })

  test('comes back with its own words for when, and its own numbers', () => {
    fc.assert(
      fc.property(timestamps, percents, (at, percent) => {
        const sent = {
          EntitlementId: ID,
          LastModified: at,
          CurrentBookmark: { LastModified: at, ProgressPercent: percent },
        }
        const [told] = decodeStates({ ReadingStates: [sent] }, NOW) ?? []
        expect(told).toBeDefined()
        if (!told) return
        const { state } = mergeReport(null, told.report, { book: ID, origin: null })
        expect(JSON.parse(JSON.stringify(encodeState(state)))).toMatchObject({
          LastModified: at,
          PriorityTimestamp: at,
          CurrentBookmark: { LastModified: at, ProgressPercent: percent === 0 ? 0 : percent },
        })
      }),
    )
  })
})

/** Tags that are open at the end, or closed though they were not open. */
function openTags(text: string): string[] {
  const open: string[] = []
  for (const [tag, slash, name = ''] of text.matchAll(/<(\/?)([a-z]+)(?: \/)?>/g)) {
    if (tag.endsWith('/>')) continue
    if (slash === '') open.push(name)
    else if (open.lastIndexOf(name) !== -1) open.length = open.lastIndexOf(name)
  }
  return open
}
