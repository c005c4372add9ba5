import { createHash } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { deflate } from './deflate.ts'

describe('compressing', () => {
  const part = 256 * 1024
  const lengths = [0, 1, 4_095, 4_096, part - 1, part, part + 1, 2 * part, 3 * part + 5, 2_000_000]

  test.each(lengths)(
    '%d bytes come back as they were, and always in the same form',
    async (length) => {
      const content = chapter(length)
      const compressed = await deflate(content)
      expect(inflateRawSync(compressed).equals(content)).toBe(true)
      // More at once than the pool is given.
      const again = await Promise.all(
        Array.from({ length: 6 }, async () => await deflate(chapter(length))),
      )
      for (const each of again) expect(each.equals(compressed)).toBe(true)
    },
  )

  test('what nothing compresses comes back as well', async () => {
    const content = noise(600_000)
    expect(inflateRawSync(await deflate(content)).equals(content)).toBe(true)
  })

  test('cutting a long document costs next to nothing', async () => {
    const content = chapter(2_000_000)
    const whole = deflateRawSync(content, { level: 4 })
    expect((await deflate(content)).length).toBeLessThan(whole.length * 1.002)
  })

  test('text is hardly longer than looking longer would make it', async () => {
    const content = chapter(200_000)
    const best = deflateRawSync(content, { level: 9 })
    expect((await deflate(content)).length).toBeLessThan(best.length * 1.03)
  })
})

function noise(length: number): Buffer {
  const hashes = Array.from({ length: Math.ceil(length / 64) }, (_, index) =>
    createHash('sha512').update(`${index}`).digest(),
  )
  return Buffer.concat(hashes).subarray(0, length)
}

/** Text with spans, of some entropy. */
function chapter(length: number): Buffer {
  let state = 1
  let text = ''
  for (let seg = 1; text.length < length; seg += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    text += `<span class="koboSpan" id="kobo.1.${seg}">${state.toString(36)} ${(state >>> 9).toString(7)}. </span>`
  }
  return Buffer.from(text).subarray(0, length)
}
