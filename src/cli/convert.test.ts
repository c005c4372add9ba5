import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { run } from './run.ts'

let folder = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-convert-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

async function convert(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = []
  const err: string[] = []
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    input: (async function* () {})(),
    env: {},
  }
  const code = await run(['convert', ...argv], io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

test('a book is converted beside itself, and not a second time unless it is forced', async () => {
  const input = join(folder, 'a.epub')
  const output = join(folder, 'a.kepub.epub')
  await writeFile(input, await makeEpub({ title: 'A' }))
  expect(await convert(input)).toEqual({ code: 0, out: `a.epub → ${output}`, err: '' })
  expect((await readFile(output)).subarray(30, 38).toString()).toBe('mimetype')
  await writeFile(output, 'mine')
  const again = await convert(input)
  expect(again.code).toBe(1)
  expect(again.err).toContain('its KEPUB is there already')
  expect(await readFile(output, 'utf8')).toBe('mine')
  expect((await convert(input, '--force')).code).toBe(0)
  expect((await readFile(output)).length).toBeGreaterThan(1_000)
  expect((await readdir(folder)).sort()).toEqual(['a.epub', 'a.kepub.epub'])
})

test('a folder is converted into another, and tells of each book as JSON', async () => {
  const input = join(folder, 'in')
  const output = join(folder, 'out')
  await mkdir(input)
  await writeFile(join(input, 'a.epub'), await makeEpub({ title: 'A' }))
  await writeFile(join(input, 'b.epub'), 'no book')
  const fixed = '<meta property="rendition:layout">pre-paginated</meta>'
  await writeFile(join(input, 'c.epub'), await makeEpub({ title: 'C', extraMetadata: fixed }))
  await writeFile(join(input, 'd.kepub.epub'), await makeEpub({ title: 'D', kepub: true }))
  await writeFile(join(input, 'notes.txt'), 'x')
  const { code, out } = await convert(input, output, '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    files: [
      { outcome: 'converted', output: join(output, 'a.kepub.epub'), warnings: [] },
      { outcome: 'failed', reason: 'The file is no ZIP archive, or ends too early.' },
      { outcome: 'fixed-layout' },
      { outcome: 'passed-through', output: join(output, 'd.kepub.epub') },
    ],
  })
  expect((await readdir(output)).sort()).toEqual(['a.kepub.epub', 'd.kepub.epub'])
})

test('what is not there, and a wrong use, are told', async () => {
  expect((await convert(join(folder, 'none.epub'))).code).toBe(1)
  expect((await convert()).code).toBe(2)
  expect((await convert('a', 'b', 'c')).code).toBe(2)
})
