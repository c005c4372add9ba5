import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BookEntry } from '../sync/book-entry.ts'
import { foldBook } from '../sync/fold.ts'
import type { Operation } from '../sync/log.ts'
import type { Place } from './place.ts'
import type { ReadBook, Reading } from './reading.ts'
import { findingsOf, type AuditedBook, type Finding } from './snapshot.ts'
import { confirmationOf, healingOf } from './heal-facts.ts'
import { STANDINGS, type Standing } from './standing.ts'

const DAY = 86_400_000

const PLACE: Place = { seq: 20, at: 20_000, page: 10, sure: 15 }

/** Sent on page 10, taken, and downloaded. */
const HELD: BookEntry[] = [
  operation(5, 'new', true),
  { seq: 11, at: 11_000, kind: 'download-begun' },
  { seq: 12, at: 12_000, kind: 'download-completed' },
]

function operation(seq: number, verb: Operation['verb'], acknowledged: boolean): BookEntry {
  const revisions = { metaRev: 1, fileRev: 1, stateRev: 0 }
  return {
    seq,
    at: seq * 1000,
    kind: 'operation',
    operation: { verb, book: 'emma', artifact: verb === 'removal' ? null : 'today', ...revisions },
    acknowledged,
    settled: { seq, at: seq * 1000 },
  }
}

const NOTHING_STORED = { highlights: 0, percent: null, finished: false }

function emma(other: Partial<AuditedBook> = {}): AuditedBook {
  return {
    id: 'emma',
    carried: true,
    entries: HELD,
    sizes: new Map([
      ['today', 1000],
      ['yesterday', 900],
    ]),
    artifact: 'today',
    stored: NOTHING_STORED,
    unsaved: false,
    ...other,
  }
}

function rowOf(other: Partial<ReadBook> = {}): ReadBook {
  return {
    id: 'emma',
    row: 'there',
    downloaded: true,
    size: 1000,
    percent: null,
    finished: false,
    highlights: 0,
    markup: 0,
    doubles: 0,
    ...other,
  }
}

function read(row?: ReadBook, other: Partial<Reading> = {}): Reading {
  return {
    books: row ? [row] : [],
    foreign: 0,
    salvaged: false,
    marks: true,
    token: null,
    ...other,
  }
}

function found(
  row?: ReadBook,
  book = emma(),
  how: { listing?: [string, number][]; place?: Place | null; reading?: Partial<Reading> } = {},
): Finding | undefined {
  const listing = how.listing?.map(([name, size]) => ({ name, size })) ?? null
  const place = how.place === undefined ? PLACE : how.place
  return findingsOf(read(row, how.reading), listing, [book], place)[0]
}

describe('a book of the device’s database', () => {
  const taken = [operation(5, 'new', true)]
  const removed = [...HELD, operation(13, 'removal', true)]
  const deleted: BookEntry[] = [
    ...HELD,
    { seq: 13, at: 13_000, kind: 'delete', repeat: false, exclude: true },
  ]
  const table: [string, Standing | undefined, ReturnType<typeof found>][] = [
    ['that is there with its file is ok', 'ok', found(rowOf())],
    [
      'whose file lies in the folder is ok, whatever its row says of the size',
      'ok',
      found(rowOf({ size: 0 }), emma(), { listing: [['emma', 1000]] }),
    ],
    ['of which no artifact is known is ok', 'ok', found(rowOf(), emma({ sizes: new Map() }))],
    [
      'that keeps the artifact it was announced is ok',
      'ok',
      found(rowOf(), emma({ artifact: 'tomorrow' })),
    ],
    [
      'that is there without its file is only entitled',
      'entitledOnly',
      found(rowOf({ downloaded: false, size: 0 }), emma({ entries: taken })),
    ],
    ['that was taken and has no row is lost', 'lost', found(undefined)],
    ['that was never sent is not missed', undefined, found(undefined, emma({ entries: [] }))],
    [
      'that was sent and not taken is not missed',
      undefined,
      found(undefined, emma({ entries: [operation(5, 'new', false)] })),
    ],
    [
      'that its reader removed is not missed',
      undefined,
      found(undefined, emma({ entries: deleted })),
    ],
    [
      'that nobody wants and is not there is nothing',
      undefined,
      found(undefined, emma({ carried: false })),
    ],
    ['whose row is marked as removed is told so', 'removedRow', found(rowOf({ row: 'removed' }))],
    [
      'that was removed as it should is nothing',
      undefined,
      found(rowOf({ row: 'removed' }), emma({ carried: false, entries: removed })),
    ],
    [
      'whose file is not in the folder misses it',
      'fileMissing',
      found(rowOf(), emma(), { listing: [] }),
    ],
    [
      'whose file is cut short misses it',
      'fileMissing',
      found(rowOf(), emma(), { listing: [['emma', 400]] }),
    ],
    ['whose file has no bytes misses it', 'fileMissing', found(rowOf({ size: 0 }))],
    ['whose file is an older artifact is stale', 'staleFile', found(rowOf({ size: 900 }))],
    ['that nobody wants there is an orphan', 'orphan', found(rowOf(), emma({ carried: false }))],
    [
      'without a row in a damaged database could not be read',
      'unread',
      found(undefined, emma(), { reading: { salvaged: true } }),
    ],
  ]
  test.each(table)('%s', (_, standing, finding) => {
    expect(finding?.standing).toBe(standing)
  })

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

describe('what heals', () => {
  const factsFor = (finding: Finding | undefined) => finding && healingOf(finding)
  const NOT_THERE = [{ kind: 'audited', row: false, file: false }]
  const ANEW = [{ kind: 'retract' }]

  test.each([
    ['a lost book is told as not there', found(undefined), NOT_THERE],
    ['so is a removed row', found(rowOf({ row: 'removed' })), NOT_THERE],
    [
      'a book whose file is missing is to be removed and sent anew',
      found(rowOf({ size: 0 })),
      ANEW,
    ],
    ['so is one with an older file', found(rowOf({ size: 900 })), ANEW],
    [
      'an orphan that the ledger does not know is told as there',
      found(rowOf(), emma({ carried: false, entries: [] })),
      [{ kind: 'audited', row: true, file: true }],
    ],
    [
      'an orphan that the ledger knows leaves by itself',
      found(rowOf(), emma({ carried: false })),
      [],
    ],
    ['what is ok is left alone', found(rowOf()), []],
  ])('%s', (_, finding, facts) => {
    expect(factsFor(finding)).toEqual(facts)
  })

  test('is confirmed at once where the book is there, unless the device has shown it since', () => {
    const ok = found(rowOf())
    const listed: BookEntry = { seq: 21, at: 21_000, kind: 'listed' }
    expect(ok && confirmationOf(ok, HELD, PLACE, true)).toEqual([
      { kind: 'audited', row: true, file: true, current: true },
    ])
    expect(ok && confirmationOf(ok, [...HELD, listed], PLACE, true)).toEqual([])
    // By the day of the copy its download is older, but that was after the session; then its owner let it be sent anew.
    const fetched: BookEntry = { seq: 17, at: 17_000, kind: 'download-completed' }
    const anew: BookEntry = { seq: 18, at: 18_000, kind: 'consent' }
    expect(ok && confirmationOf(ok, [...HELD, fetched], PLACE, true)).toEqual([])
    expect(ok && confirmationOf(ok, [...HELD, fetched, anew], PLACE, true)).toHaveLength(1)
    const told = [...HELD, operation(21, 'metadata', true)]
    const behind = found(
      rowOf({ percent: 10 }),
      emma({ stored: { ...NOTHING_STORED, percent: 42 } }),
    )
    const plain = [{ kind: 'audited', row: true, file: true }]
    expect(ok && confirmationOf(ok, told, PLACE, true)).toEqual(plain)
    expect(behind && confirmationOf(behind, HELD, PLACE, true)).toEqual(plain)
    const entitled = found(rowOf({ downloaded: false }))
    expect(entitled && confirmationOf(entitled, HELD, PLACE, false)).toEqual([
      { kind: 'audited', row: true, file: false },
    ])
  })

  test('keeps what is known of a held book’s details only where the device knows the same past', () => {
    const audited = { seq: 30, at: 30_000, kind: 'audited', row: true, file: true } as const
    expect(foldBook([...HELD, audited]).metaRev).toBeNull()
    expect(foldBook([...HELD, { ...audited, current: true }]).metaRev).toBe(1)
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
