import { expect, test } from 'vitest'
import { cutHtml } from './cut-html.ts'

test.each([
  ['<p>abc</p>', 100, '<p>abc</p>'],
  ['<p>abcdef</p>', 6, '<p>abc</p>'],
  ['<p>abc</p><p>d</p>', 12, '<p>abc</p>'],
  ['ab&amp;cd', 5, 'ab'],
  ['<b>a<i>b<br>c</i></b>', 13, '<b>a<i>b<br>c</i></b>'],
  ['a😀b', 2, 'a'],
  ['<a href="x>y', 8, ''],
])('%s cut at %i is %s', (html, limit, expected) => {
  expect(cutHtml(html, limit)).toBe(expected)
})
