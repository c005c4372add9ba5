import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BookEntry } from '../sync/book-entry.ts'
import { foldBook } from '../sync/fold.ts'
import { emma, found, HELD, operation, read, rowOf } from './emma.test-support.ts'
import { confirmationOf, healingOf } from './heal-facts.ts'
import type { ReadBook } from './reading.ts'
import { findingsOf, type AuditedBook } from './snapshot.ts'
import { STANDINGS } from './standing.ts'

const DAY = 86_400_000

describe('a book of the device’s database', () => {
  test('may be a double of a sideloaded one', () => {
    expect(found(rowOf({ doubles: 1 }))).toMatchObject({ standing: 'ok', duplicate: true })
  })

  test('may have been read further, or have highlights, that are not known here', () => {
    const stored = { highlights: 2, percent: 41.2, finished: false }
    const newer = (row: Partial<ReadBook>) => found(rowOf(row), emma({ stored }))?.newer
    expect(newer({ percent: 42, highlights: 2 })).toBe(false)
    expect(newer({ percent: 43 })).toBe(true)
    expect(newer({ percent: 10, highlights: 3 })).toBe(true)
    expect(newer({ finished: true })).toBe(true)
  })
})

describe('what is newer than the copy', () => {
  const later = (...entries: BookEntry[]): AuditedBook => emma({ entries: [...HELD, ...entries] })
  const listed: BookEntry = { seq: 21, at: 21_000, kind: 'listed' }

  test('speaks louder than a missing row', () => {
    expect(found(undefined, later(listed))?.outdated).toBe(true)
    expect(found(undefined, later({ ...listed, seq: 20 }))?.outdated).toBe(false)
  })

  test('is not a report that came late about an earlier day', () => {
    const state = (instant: number): BookEntry => ({
      seq: 21,
      at: 40_000,
      kind: 'state',
      instant,
      rev: null,
    })
    expect(found(undefined, later(state(20_000 - DAY)))?.outdated).toBe(false)
    expect(found(undefined, later(state(20_001 - DAY)))?.outdated).toBe(true)
  })

  test('is what was sent after the page that the copy names, also before the copy was made', () => {
    expect(found(undefined, emma({ entries: [operation(11, 'new', true)] }))?.outdated).toBe(true)
    expect(found(undefined, later(operation(11, 'metadata', true)))?.outdated).toBe(false)
  })

  test('may be a download or a removal that a copy which looks too young does not know of', () => {
    const download: BookEntry = { seq: 16, at: 16_000, kind: 'download-completed' }
    expect(found(rowOf({ downloaded: false }), later(download))?.outdated).toBe(true)
    expect(found(rowOf({ downloaded: false }), later({ ...download, seq: 15 }))?.outdated).toBe(
      false,
    )
    const deleted: BookEntry = { seq: 16, at: 1, kind: 'delete', repeat: false, exclude: false }
    expect(found(rowOf(), later(deleted))?.outdated).toBe(true)
    expect(found(rowOf(), later({ ...listed, seq: 16 }))?.outdated).toBe(false)
  })

  test('confirms a book that is there, unless it was removed or is to come anew', () => {
    expect(found(rowOf(), later(listed))?.outdated).toBe(false)
    const deleted: BookEntry = { seq: 21, at: 1, kind: 'delete', repeat: false, exclude: false }
    expect(found(rowOf(), later(deleted))?.outdated).toBe(true)
    expect(found(rowOf(), later({ seq: 21, at: 1, kind: 'consent' }))?.outdated).toBe(true)
  })

  test('is everything where nobody knows when the copy was made', () => {
    for (const row of [rowOf(), undefined]) {
      const finding = found(row, emma(), { place: null })
      expect(finding?.outdated).toBe(true)
      expect(finding && healingOf(finding)).toEqual([])
      expect(finding && confirmationOf(finding, HELD, null, true)).toEqual([])
    }
  })
})

describe('highlights that are not stored here', () => {
  const stored = { highlights: 2, percent: null, finished: false }
  const isUnsaved = (row: Partial<ReadBook>, book: Partial<AuditedBook> = {}, marks = true) =>
    found(rowOf({ size: 0, ...row }), emma({ stored, ...book }), { reading: { marks } })?.unsaved

  test('are more than are stored, or marks of a stylus', () => {
    expect(isUnsaved({ highlights: 2 })).toBe(false)
    expect(isUnsaved({ highlights: 3 })).toBe(true)
    expect(isUnsaved({ highlights: 1, markup: 1 })).toBe(true)
  })

  test('may be others than those that are stored, where the calls of the device leave that open', () => {
    expect(isUnsaved({ highlights: 2 }, { unsaved: true })).toBe(true)
    expect(isUnsaved({ highlights: 0 }, { unsaved: true })).toBe(false)
    expect(isUnsaved({ highlights: 0 }, { unsaved: true }, false)).toBe(true)
  })
})

test('anything at all is found to be something, and the same twice', () => {
  const number = fc.nat({ max: 2000 })
  const row = fc.record({
    id: fc.constantFrom('emma', 'other'),
    row: fc.constantFrom('there', 'removed', 'none'),
    downloaded: fc.boolean(),
    size: fc.option(number),
    percent: fc.option(fc.nat({ max: 100 })),
    finished: fc.boolean(),
    highlights: number,
    markup: number,
    doubles: number,
  })
  const at = fc.nat({ max: 40 })
  const fact = fc.record({
    seq: at,
    at: fc.nat({ max: 40_000 }),
    kind: fc.constantFrom(
      'listed',
      'consent',
      'retract',
      'tokenless',
      'unlisted',
      'tagged',
      'missed',
    ),
  }) as fc.Arbitrary<BookEntry>
  const sent = fc
    .tuple(at, fc.constantFrom('new', 'removal', 'metadata', 'state', 'file'), fc.boolean())
    .map(([seq, verb, acknowledged]) => operation(seq, verb, acknowledged))
  const entries = fc
    .array(fc.oneof(fact, sent), { maxLength: 8 })
    .map((some) => some.sort((one, other) => one.seq - other.seq))
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 2 }),
      entries,
      fc.record({ carried: fc.boolean(), unsaved: fc.boolean() }),
      fc.option(fc.record({ seq: at, at: fc.nat({ max: 40_000 }), page: at, sure: at })),
      fc.option(fc.array(fc.record({ name: fc.constant('emma'), size: number }), { maxLength: 1 })),
      fc.record({ salvaged: fc.boolean(), marks: fc.boolean() }),
      (rows, entries, book, place, listing, how) => {
        const reading = { ...read(undefined, how), books: rows }
        const look = () => findingsOf(reading, listing, [emma({ ...book, entries })], place)
        const before = structuredClone({ reading, entries, place, listing })
        const findings = look()
        expect(look()).toEqual(findings)
        expect({ reading, entries, place, listing }).toEqual(before)
        for (const finding of findings) {
          expect(STANDINGS).toContain(finding.standing)
          const facts = healingOf(finding)
          if (finding.outdated) expect(facts).toEqual([])
          // What is told of a book never makes the planner announce a file that is there without a consent.
          const after = foldBook([
            ...entries,
            ...facts.map((each) => ({ ...each, seq: 50, at: 50_000 })),
          ])
          if (finding.standing === 'ok') expect(facts).toEqual([])
          if (facts.length > 0 && finding.standing === 'lost') expect(after.state).toBe('none')
        }
      },
    ),
  )
})
