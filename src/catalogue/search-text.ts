/**
 * Text folded for searching: words in lower case without accents, parted by single spaces. Characters of Chinese,
 * Japanese and Korean, which is written without spaces between words, each become a word.
 */
export function searchText(...parts: (string | null | undefined)[]): string {
  return parts
    .filter((part) => part !== null && part !== undefined)
    .map(folded)
    .filter(Boolean)
    .join(' ')
}

/** The words of a query, folded the same way, each once; a query is read up to its 500th character and 32nd word. */
export function searchWords(query: string): string[] {
  const words = folded(query.slice(0, QUERY_LIMIT)).split(' ').filter(Boolean)
  return [...new Set(words)].slice(0, WORD_LIMIT)
}

const QUERY_LIMIT = 500
const WORD_LIMIT = 32

function folded(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(ACCENTS, '')
    .replace(UNACCENTED, (letter) => PLAIN_LETTERS.get(letter) ?? letter)
    .replace(/[^\p{L}\p{N}\p{M}]+|[ʹ-ʿˈ\uFFFD]/gu, ' ')
    .replace(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}ー]/gu, ' $& ')
    .replace(/\s+/gu, ' ')
    .trim()
}

/**
 * Marks that change the look of a letter more than the word. Signs that carry vowels, as in Devanagari or Thai, and
 * the voicing marks of kana are letters to their readers and stay.
 */
const ACCENTS =
  /(?=\p{M})(?![\u3099\u309A])[\p{sc=Inherited}\p{sc=Cyrillic}\p{sc=Hebrew}\p{sc=Arabic}]|\u0640/gu

/** Letters that Unicode does not take apart, with what people type for them. */
const PLAIN_LETTERS = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ł', 'l'],
  ['ħ', 'h'],
  ['ŧ', 't'],
  ['ŋ', 'n'],
  ['ı', 'i'],
  ['ƒ', 'f'],
  ['ς', 'σ'],
])
const UNACCENTED = new RegExp(`[${[...PLAIN_LETTERS.keys()].join('')}]`, 'gu')
