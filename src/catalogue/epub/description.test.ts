import { expect, test } from 'vitest'
import { DESCRIPTION_BYTES, safeDescription } from './description.ts'

test.each([
  ['plain text is a paragraph', 'War & peace, 1 < 2', '<p>War &amp; peace, 1 &lt; 2</p>'],
  ['a blank line parts paragraphs', 'One\ntwo\n\nthree', '<p>One two</p><p>three</p>'],
  [
    'long lines are paragraphs of their own',
    `${'a '.repeat(60)}\nb`,
    `<p>${'a '.repeat(60).trim()}</p><p>b</p>`,
  ],
  [
    'emphasis stays',
    '<p>A <em>very</em> <b>good</b> book</p>',
    '<p>A <em>very</em> <b>good</b> book</p>',
  ],
  ['lists stay', '<ul><li>one</li></ul>', '<ul><li>one</li></ul>'],
  ['text without a paragraph gets one', 'One<br>two', '<p>One<br />two</p>'],
  ['a division is a paragraph', '<div><p>One</p></div><div>two</div>', '<p>One</p><p>two</p>'],
  ['scripts go with their text', '<p>A<script>alert(1)</script></p>', '<p>A</p>'],
  ['handlers and styles go', '<p onclick="x()" style="color:red" class="c">A</p>', '<p>A</p>'],
  ['images and frames go', '<p>A<img src="x"><iframe src="y"></iframe></p>', '<p>A</p>'],
  [
    'links to the web stay, without a way back',
    '<p><a href="https://example.org/?a=1&amp;b=2" target="_blank">here</a></p>',
    '<p><a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer nofollow">here</a></p>',
  ],
  ['other links lose their address', '<p><a href="javascript:x()">A</a></p>', '<p><a>A</a></p>'],
  ['relative links lose their address', '<p><a href="//e.org">A</a></p>', '<p><a>A</a></p>'],
])('%s', (_, raw, safe) => {
  expect(safeDescription(raw)).toBe(safe)
})

test.each(['', ' \n ', '<p> </p>', '<script>x</script>', '<!-- x --><div></div>'])(
  'nothing is left of “%s”',
  (raw) => {
    expect(safeDescription(raw)).toBeNull()
  },
)

test('a description is cut at its limit and stays well-formed', () => {
  const safe = safeDescription(`<p><em>${'&é'.repeat(DESCRIPTION_BYTES)}`) ?? ''
  expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(DESCRIPTION_BYTES)
  expect(safe.length).toBeGreaterThan(10_000)
  expect(safe).toMatch(/^<p><em>.*<\/em><\/p>$/u)
})
