import { expect, test } from 'vitest'
import { isIgnored } from './find-drops.ts'

test.each([
  ['book.epub', false],
  ['folder/book.epub', false],
  ['.DS_Store', true],
  ['book.epub~', true],
  ['book.epub.part', true],
  ['book.tmp', true],
  ['Unconfirmed 12.crdownload', true],
  ['Thumbs.db', true],
  ['desktop.ini', true],
  ['__MACOSX/._book.epub', true],
  ['.sync/book.epub', true],
  ['parties.epub', false],
])('of %s it is %s that it is ignored', (name, expected) => {
  expect(isIgnored('/data/.inbox', `/data/.inbox/${name}`)).toBe(expected)
})
