import { expect, test } from 'vitest'
import { isBlank, splitSentences } from './sentences.ts'

test.each([
  ['', []],
  ['one', ['one']],
  ['A. B', ['A. ', 'B']],
  ['A. ', ['A. ']],
  ['A.', ['A.']],
  ['A.B', ['A.B']],
  [' Lead. Next', [' Lead. ', 'Next']],
  ['What?! Yes! “No.” He', ['What?! ', 'Yes! ', '“No.” ', 'He']],
  ['“Go.” ‘Come.’ X', ['“Go.” ', '‘Come.’ ', 'X']],
  ['So.… X', ['So.… ', 'X']],
  ['“‘Oh.’” He', ['“‘Oh.’” He']],
  ['(Oh.) He', ['(Oh.) He']],
  ['So…  X', ['So…  X']],
  ['e.g. this, Mr. X', ['e.g. ', 'this, Mr. ', 'X']],
  ['w.) v. x', ['w.) v. ', 'x']],
  ['A.\u00A0B', ['A.\u00A0B']],
  ['A.\vB', ['A.\vB']],
  ['A.\f\r\n\tB', ['A.\f\r\n\t', 'B']],
  ['日本語。次の文！ 終', ['日本語。次の文！ 終']],
  ['A. . . B', ['A. ', '. ', '. ', 'B']],
  ['.. ', ['.. ']],
])('%j is cut into %j', (text, pieces) => {
  expect(splitSentences(text)).toEqual(pieces)
})

test('a hundred thousand full stops are cut without delay', () => {
  expect(splitSentences('. '.repeat(100_000))).toHaveLength(100_000)
})

test('white space is what Unicode says, and a byte order mark is none', () => {
  for (const code of [
    9, 10, 11, 12, 13, 32, 0x85, 0xa0, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f,
    0x3000,
  ])
    expect([code, isBlank(String.fromCodePoint(code))]).toEqual([code, true])
  for (const code of [0x200b, 0x2060, 0xfeff, 0x30, 0x180e])
    expect([code, isBlank(String.fromCodePoint(code))]).toEqual([code, false])
})
