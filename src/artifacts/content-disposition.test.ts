import { expect, test } from 'vitest'
import { contentDisposition } from './content-disposition.ts'

test('a plain title is the name in both forms', () => {
  expect(contentDisposition('Persuasion', '.epub')).toBe(
    `attachment; filename="Persuasion.epub"; filename*=UTF-8''Persuasion.epub`,
  )
})

test('other alphabets survive in UTF-8 and have an ASCII stand-in', () => {
  expect(contentDisposition('Zażółć ’91', '.kepub.epub')).toBe(
    `attachment; filename="Zazo_c _91.kepub.epub"; filename*=UTF-8''Za%C5%BC%C3%B3%C5%82%C4%87%20%E2%80%9991.kepub.epub`,
  )
})

test.each(['a"b\\c/d', 'a\r\nSet-Cookie: x', '../../etc', '\ud800', '', '...', "it's 100% (new)"])(
  'the hostile title %j stays inside its quotes',
  (title) => {
    expect(contentDisposition(title, '.epub')).toMatch(
      /^attachment; filename="[^"\\/%\r\n]+\.epub"; filename\*=UTF-8''[\w%.~-]+\.epub$/,
    )
  },
)

test('a very long title is cut between characters', () => {
  const header = contentDisposition('👩‍👩‍👧'.repeat(200), '.epub')
  expect(header.length).toBeLessThan(1500)
  expect(decodeURIComponent(header.split("''")[1] ?? '')).toMatch(/^(👩‍👩‍👧)+\.epub$/u)
})
