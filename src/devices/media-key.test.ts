import { expect, test } from 'vitest'
import { coverKey, mediaKey, readCoverKey, readMediaKey } from './media-key.ts'

const key = Buffer.alloc(32, 1)
const device = '0b8e6a0e-54a7-4b68-9c62-0f3b1e0a9a11'

test('a media key says which device it was made for, and when', () => {
  const text = mediaKey(key, device, 4_000_000_000)
  expect(text).toMatch(/^[A-Za-z0-9_-]{48}$/)
  expect(readMediaKey(key, text)).toEqual({ device, number: 4_000_000_000 })
})

test('a cover key says which pairing it was made for', () => {
  const text = coverKey(key, device)
  expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(readCoverKey(key, text)).toBe(device)
})

test('one changed character makes a key worthless', () => {
  for (const [text, read] of [
    [mediaKey(key, device, 7), readMediaKey],
    [coverKey(key, device), readCoverKey],
  ] as const)
    for (let at = 0; at < text.length; at += 1) {
      const other = text.charAt(at) === 'A' ? 'B' : 'A'
      expect(read(key, text.slice(0, at) + other + text.slice(at + 1))).toBeUndefined()
    }
})

test('keys of another server or another purpose are worthless', () => {
  expect(readMediaKey(Buffer.alloc(32, 2), mediaKey(key, device, 1))).toBeUndefined()
  expect(readCoverKey(key, mediaKey(key, device, 1))).toBeUndefined()
  expect(readMediaKey(key, coverKey(key, device))).toBeUndefined()
  expect(readMediaKey(key, '')).toBeUndefined()
})
