import { expect, test } from 'vitest'
import type { BookEntry } from './book-entry.ts'
import { foldBook } from './fold.ts'

const mark = (seq: number) => ({ seq, at: seq * 1000 })

/** A Kobo came without a token, was said to be empty, and then came with the backup that it had before that. */
const reset: BookEntry[] = [
  { ...mark(4), kind: 'tokenless' },
  { ...mark(14), kind: 'tokenless' },
  { ...mark(21), kind: 'epoch', from: 14, consent: false },
]
const restored: BookEntry = { ...mark(23), kind: 'restored', page: 'p', from: 15, issued: 5 }

test('a book that a Kobo never had is not there after it was reset and put back', () => {
  expect(foldBook([...reset, restored]).state).toBe('none')
})

test('a book that it had may be there again after that', () => {
  const had: BookEntry = { ...mark(9), kind: 'listed' }
  const entries = [...reset, had, restored].toSorted((one, other) => one.seq - other.seq)
  expect(foldBook(entries)).toMatchObject({ state: 'unsure', why: 'restored', file: true })
})
