import { describe, expect, test } from 'vitest'
import type { BookEntry } from '../sync/book-entry.ts'
import { foldBook } from '../sync/fold.ts'
import { emma, found, HELD, NOTHING_STORED, operation, PLACE, rowOf } from './emma.test-support.ts'
import { confirmationOf, healingOf } from './heal-facts.ts'
import type { Finding } from './snapshot.ts'

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
