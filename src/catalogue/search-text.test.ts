import { expect, test } from 'vitest'
import { searchText, searchWords } from './search-text.ts'

test.each([
  ['Les Misérables', 'les miserables'],
  ['Die Straße', 'die strasse'],
  ['DIE STRAẞE', 'die strasse'],
  ['Æsop, Œuvres & Łódź', 'aesop oeuvres lodz'],
  ['Søren Đorđe Þór ığdır', 'soren dorde thor igdir'],
  ['İstanbul', 'istanbul'],
  ['Сёмга и чай', 'семга и чаи'],
  ['Ὀδυσσεύς', 'οδυσσευσ'],
  ['שָׁלוֹם', 'שלום'],
  ['L’Étranger — don’t!', 'l etranger don t'],
  ['ﬁne Ｗｉｄｅ ½', 'fine wide 1 2'],
  ['戦争と平和', '戦 争 と 平 和'],
  ['Debian メンテナー', 'debian メ ン テ ナ ー'],
  ['がぎ・かき', 'が ぎ か き'],
  ['한국어 책', '한 국 어 책'],
  ['हिन्दी', 'हिन्दी'],
  ['C++ 2.0', 'c 2 0'],
  [' \u0000!? ', ''],
])('%s is searched as “%s”', (text, folded) => {
  expect(searchText(text)).toBe(folded)
})

test('parts are joined, and absent ones left out', () => {
  expect(searchText('Émile', null, '', undefined, 'Zola')).toBe('emile zola')
})

test('a query is folded to the same words, each once', () => {
  expect(searchWords('  Misérables, LES misérables ')).toEqual(['miserables', 'les'])
  expect(searchWords('戦争')).toEqual(['戦', '争'])
  expect(searchWords('…')).toEqual([])
})

test('a query has an end', () => {
  const words = Array.from({ length: 100 }, (_, index) => `w${index}`)
  expect(searchWords(words.join(' '))).toHaveLength(32)
  expect(searchWords('a'.repeat(10_000))).toEqual(['a'.repeat(500)])
})

test('what is folded stays as it is when folded again', () => {
  const once = searchText('Łódź, メンテナー & İıẞ한국 ½')
  expect(searchText(once)).toBe(once)
})
