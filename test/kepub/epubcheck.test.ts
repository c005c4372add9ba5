import { readFile } from 'node:fs/promises'
import { EpubCheck } from '@likecoin/epubcheck-ts'
import { expect, test } from 'vitest'
import { makeEpub } from '../support/make-epub.ts'
import { GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS } from '../support/real-books.ts'
import { converted } from './converted.ts'

/** How often each message comes, by its severity, number and text. Places differ: converting moves what stands in a file. */
async function messages(bytes: Buffer): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  const { messages } = await new EpubCheck().check(bytes)
  for (const { id, severity, message } of messages) {
    if (severity === 'info' || severity === 'usage') continue
    // A Kobo finds a cover by this property alone, also in EPUB 2, which does not know it.
    if (message.startsWith('Invalid attribute properties for element item')) continue
    const key = `${severity} ${id} ${message}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

test.each([
  ['the guide', () => readFile(GUIDE)],
  ['the guide in Japanese', () => readFile(GUIDE_IN_JAPANESE)],
  ['The War of the Worlds', () => readFile(WAR_OF_THE_WORLDS)],
  ['a made book of EPUB 3', () => makeEpub({ title: 'A & B', cover: 'jpeg', version: 3 })],
  ['a made book of EPUB 2', () => makeEpub({ title: 'A & B', cover: 'jpeg', version: 2 })],
])('converting brings no new message of epubcheck: %s', async (_, read) => {
  const source = await read()
  const before = await messages(source)
  const after = await messages((await converted(source)).bytes)
  const more = [...after].filter(([key, count]) => count > (before.get(key) ?? 0))
  expect(more).toEqual([])
})
