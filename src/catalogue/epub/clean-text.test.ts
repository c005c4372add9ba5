import { expect, test } from 'vitest'
import { cleanLine, cleanLines, knownLine } from './clean-text.ts'

test.each([
  ['white space is made one space', '  The\n\t War\u00A0 of  ', 'The War of'],
  ['control characters go', 'A\u0000B\u0007C\u009FD\uFEFF', 'ABCD'],
  ['accents are composed', 'Cafe\u0301', 'Caf\u00E9'],
  ['a lone surrogate is replaced', 'A\uD800B', 'A\uFFFDB'],
  ['nothing is null', ' \n\u0000 ', null],
])('%s', (_, text, line) => {
  expect(cleanLine(text, 100)).toBe(line)
})

test('a line is cut at its limit without halving a character', () => {
  expect(cleanLine('abcdef', 3)).toBe('abc')
  expect(cleanLine('ab😀', 3)).toBe('ab')
})

test('several lines keep their line ends', () => {
  expect(cleanLines('One\r\nTwo\u0001\n\nThree\n', 100)).toBe('One\nTwo\n\nThree')
})

test('the word unknown stands for nothing', () => {
  expect(knownLine(' Unknown ', 100)).toBeNull()
  expect(knownLine('The Unknown Soldier', 100)).toBe('The Unknown Soldier')
})
