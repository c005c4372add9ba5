import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { COMPONENT_BYTES } from '../../src/catalogue/file-name.ts'
import { CORPUS, nameOf, writeHostile } from './corpus.ts'
import type { Eaten } from './eat.ts'
import { openEater } from './eater.ts'

/** What the whole corpus may take of memory, in bytes. */
const MEMORY = 400_000_000

let folder = ''
const eaten = new Map<string, Eaten>()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hostile-'))
  const eater = await openEater()
  for (const file of CORPUS) {
    const path = join(folder, 'drop')
    await writeHostile(file, path)
    eaten.set(file.what, await eater.eat(path, nameOf(file)))
    await rm(path, { force: true })
  }
  await eater.close()
}, 300_000)
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('no two files of the corpus are told in the same words', () => {
  expect(eaten.size).toBe(CORPUS.length)
})

describe('a drop gets its sentence or becomes a sane book', () => {
  test.each(CORPUS)('$what', ({ what, becomes }) => {
    const told = eaten.get(what)
    if ('refused' in becomes)
      expect(told).toMatchObject({
        outcome: 'refused',
        sentence: matching(becomes.refused),
      })
    else {
      expect(told).toMatchObject({
        outcome: 'book',
        title: matching(becomes.title),
        cover: becomes.cover ?? false,
        drawn: true,
      })
      const path = told?.outcome === 'book' ? told.path : ''
      expect(path).toMatch(/^[^/\\:\p{Cc}]+\/[^/\\:\p{Cc}]+\.epub$/u)
      for (const name of path.split('/'))
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(COMPONENT_BYTES + '.kepub.epub'.length)
    }
  })
})

test('the whole corpus takes little memory', () => {
  const peak = Math.max(...[...eaten.values()].map((told) => told.peak))
  process.stdout.write(
    `The corpus of ${CORPUS.length} hostile files took ${Math.round(peak / 1_000_000)} MB at its highest.\n`,
  )
  expect(peak).toBeLessThan(MEMORY)
})

function matching(text: string | RegExp): unknown {
  return typeof text === 'string' ? text : expect.stringMatching(text)
}
