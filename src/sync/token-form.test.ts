import { expect, test } from 'vitest'
import { looksLikeOurs, tokenBodyOf } from './token-form.ts'
import { writeToken } from './token.ts'

const KEY = Buffer.alloc(32, 7)

function base64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64')
}

test('a token of ours is known by its form, with its padding or without', () => {
  for (const page of ['', 'p', 'pa', 'pag', 'page ä']) {
    const token = writeToken(KEY, { ledger: 'ledger', page })
    for (const brought of [token, token.replace(/=+$/, '')])
      expect(tokenBodyOf(brought)).toMatchObject({ ledger: 'ledger', page })
  }
})

test.each([
  '',
  '=',
  'A',
  'AAAAA',
  'no base64',
  'header.payload.signature',
  base64('text'),
  base64(null),
  base64([]),
  base64({ v: 2, l: 'l', p: 'p', m: 'm' }),
  base64({ v: 1, l: 'l', p: 'p' }),
  base64({ v: 1, l: 1, p: 'p', m: 'm' }),
  `\uFEFF${base64({ v: 1, l: 'l', p: 'p', m: 'm' })}`,
  Buffer.from('\uFEFF{"v":1,"l":"l","p":"p","m":"m"}').toString('base64'),
  base64({ v: 1, l: 'l'.repeat(400), p: 'p', m: 'm' }),
])('%j is none', (text) => {
  expect(looksLikeOurs(text)).toBe(false)
})
