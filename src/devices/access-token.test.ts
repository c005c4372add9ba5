import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bearerToken, issueToken, readToken } from './access-token.ts'

const key = Buffer.alloc(32, 1)
const id = '0b8e6a0e-54a7-4b68-9c62-0f3b1e0a9a11'

test('a token says again what was put into it', () => {
  fc.assert(
    fc.property(
      fc.uuid(),
      fc.uuid(),
      fc.nat(),
      fc.nat({ max: 4_000_000_000_000 }),
      (token, pairing, generation, now) => {
        const text = issueToken(key, { id: pairing, generation }, { id: token, now })
        expect(text).toMatch(/^[A-Za-z0-9_-]{78}$/)
        expect(readToken(key, text)).toEqual({ id: token, pairing, generation, issuedAt: now })
      },
    ),
  )
})

test('one changed character makes a token worthless', () => {
  const text = issueToken(key, { id, generation: 1 }, { id, now: 1 })
  for (let at = 0; at < text.length; at += 1) {
    const other = text.charAt(at) === 'A' ? 'B' : 'A'
    expect(readToken(key, text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined()
  }
})

test('a token of another server is worthless', () => {
  const text = issueToken(Buffer.alloc(32, 2), { id, generation: 1 }, { id, now: 1 })
  expect(readToken(key, text)).toBeUndefined()
})

test('a token is read from the header that a Kobo sends, and no other text is', () => {
  const text = issueToken(key, { id, generation: 3 }, { id, now: 1 })
  const read = (authorization: string) => bearerToken(key, new Headers({ authorization }))
  expect(read(`Bearer ${text}`)?.generation).toBe(3)
  expect(read(text)).toBeUndefined()
  expect(read('Bearer eyJhbGciOi.eyJzdWIi.sig')).toBeUndefined()
  expect(bearerToken(key, new Headers())).toBeUndefined()
})
