import { expect, test } from 'vitest'
import { sortTitle } from './sort-title.ts'

test.each([
  ['The Hobbit', 'en', 'hobbit'],
  ['The Hobbit', 'en-GB', 'hobbit'],
  ['An Île', null, 'ile'],
  ['Die Verwandlung', 'de', 'verwandlung'],
  ['Die Hard', 'en', 'die hard'],
  ['L’Étranger', 'fr', 'etranger'],
  ['A', 'en', 'a'],
  ['The', 'en', 'the'],
  ['!!!', 'en', '!!!'],
  ['Theatre', 'en', 'theatre'],
  ['The Trial', 'xx', 'the trial'],
  ['the …', 'en', 'the'],
])('%s in %s is sorted as “%s”', (title, language, key) => {
  expect(sortTitle(title, language)).toBe(key)
})
