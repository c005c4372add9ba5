import { assert, property, string } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { COMPONENT_BYTES, libraryPath, numbered, pathKey } from './file-name.ts'

function nameOf(title: string): string {
  return libraryPath({ authors: [], title }).name
}

test('a book lives in the folder of its first author', () => {
  const path = libraryPath({ authors: ['Terry Pratchett', 'Neil Gaiman'], title: 'Good Omens' })
  expect(path).toEqual({ folder: 'Terry Pratchett', name: 'Good Omens' })
})

test('a book without author and title has a place too', () => {
  expect(libraryPath({ authors: [], title: '' })).toEqual({
    folder: 'Unknown author',
    name: 'Untitled',
  })
  expect(libraryPath({ authors: ['..'], title: ' ./. ' })).toEqual({
    folder: 'Unknown author',
    name: '-',
  })
})

test.each([
  ['../../etc/passwd', '-..-etc-passwd'],
  ['AC/DC\\Live|Now', 'AC-DC-Live-Now'],
  ['Dune: Messiah', 'Dune - Messiah'],
  ['"Who?" <*>', "'Who'"],
  ['...And Then There Were None...', 'And Then There Were None'],
  ['A\u0000B\nC\u202Egpj.exe\uFEFF', 'AB Cgpj.exe'],
  ['CON', 'CON_'],
  ['nul.epub', 'nul_.epub'],
  ['Com1 .txt', 'Com1_.txt'],
  ['Console', 'Console'],
  ['Cafe\u0301', 'Caf\u00E9'],
  ['\uD800', 'Untitled'],
  ['می‌خواهم', 'می‌خواهم'],
])('the title %j becomes the name %j', (title, name) => {
  expect(nameOf(title)).toBe(name)
})

describe('a long name is cut', () => {
  test('to its bytes, not its characters', () => {
    expect(nameOf('a'.repeat(500))).toBe('a'.repeat(120))
    expect(nameOf('é'.repeat(500))).toBe('é'.repeat(60))
    expect(nameOf('戦'.repeat(500))).toBe('戦'.repeat(40))
  })

  test('between characters as people see them', () => {
    expect(nameOf(`${'a'.repeat(119)}é`)).toBe('a'.repeat(119))
    expect(nameOf(`${'a'.repeat(118)}q\u0323\u0307`)).toBe('a'.repeat(118))
    expect(nameOf(`${'a'.repeat(100)}👩‍👩‍👧‍👦`)).toBe('a'.repeat(100))
    expect(nameOf(`${'a'.repeat(119)} b`)).toBe('a'.repeat(119))
  })

  test('and falls back when its first character alone is too long', () => {
    expect(nameOf(`a${'\u0323\u0302'.repeat(100)}`)).toBe('Untitled')
  })
})

test('every name is safe, whatever the title', () => {
  assert(
    property(string({ unit: 'binary', maxLength: 300 }), (title) => {
      const name = nameOf(title)
      expect(name).toMatch(/^[^. ](?:.*[^. ])?$/u)
      expect(name).not.toMatch(/[\p{Cc}<>:"/\\|?*]/u)
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(COMPONENT_BYTES)
      expect(name.normalize('NFC')).toBe(name)
      expect(name.isWellFormed()).toBe(true)
    }),
  )
})

test('books of one name are numbered within the same length', () => {
  expect(numbered('Dune', 1)).toBe('Dune')
  expect(numbered('Dune', 2)).toBe('Dune (2)')
  const long = numbered('é'.repeat(60), 12)
  expect(long).toBe(`${'é'.repeat(57)} (12)`)
  expect(Buffer.byteLength(long)).toBeLessThanOrEqual(COMPONENT_BYTES)
})

describe('the key of a path', () => {
  test.each([
    ['Émile Zola/Nana.epub', 'E\u0301MILE ZOLA/nana.EPUB'],
    ['Straße', 'STRASSE'],
    ['Οδυσσέας', 'ΟΔΥΣΣΈΑΣ'],
    ['ǅ', 'ǆ'],
  ])('is the same for %s and %s', (one, other) => {
    expect(pathKey(one)).toBe(pathKey(other))
  })

  test('differs for paths that no disk confuses', () => {
    expect(pathKey('Nana')).not.toBe(pathKey('Naná'))
    expect(pathKey('a/b')).not.toBe(pathKey('ab'))
  })

  test('of a key is the key', () => {
    assert(
      property(string({ unit: 'binary' }), (path) => {
        expect(pathKey(pathKey(path))).toBe(pathKey(path))
      }),
    )
  })
})
