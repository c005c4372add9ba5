import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identityOf, settled, wholeOrSettled } from './settled-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-settled-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a file is waited for as long as it changes between any two looks', async () => {
  const path = join(folder, 'slow.epub')
  writeFileSync(path, 'begun')
  let left = 4
  const identity = await settled(path, 1, () => {
    // Asked between two looks.
    if (left > 0) appendFileSync(path, ` and ${left--} more`)
    return false
  })
  expect(left).toBe(0)
  expect(identity).toBe(await identityOf(path))
})

test('what is no plain file, or goes meanwhile, is not waited for, nor anything after the end', async () => {
  const path = join(folder, 'gone.epub')
  expect(await settled(path, 1, () => false)).toBeUndefined()
  expect(await settled(folder, 1, () => false)).toBeUndefined()
  writeFileSync(path, 'here')
  expect(await settled(path, 60_000, () => true)).toBeUndefined()
  const goes = () => {
    rmSync(path)
    return false
  }
  expect(await settled(path, 1, goes)).toBeUndefined()
})

test('a file that ends as an archive does is not waited for any longer', async () => {
  const path = join(folder, 'whole.epub')
  writeFileSync(path, `PK\x05\x06${'\0'.repeat(18)}`)
  let looks = 0
  const counting = () => (looks += 1) > 100
  expect(await wholeOrSettled(path, 1, counting)).toBe(await identityOf(path))
  expect(looks).toBe(1)
})

test('a part of a file is waited for although it rests for longer than a whole one needs', async () => {
  const path = join(folder, 'part.epub')
  writeFileSync(path, 'begun')
  let looks = 0
  const identity = await wholeOrSettled(path, 1, () => {
    looks += 1
    if (looks === 3) appendFileSync(path, ' and more')
    if (looks === 6) appendFileSync(path, `PK\x05\x06${'\0'.repeat(18)}`)
    return false
  })
  expect(identity).toBe(await identityOf(path))
  expect(looks).toBeGreaterThanOrEqual(6)
})

test('what is no archive is taken at last', async () => {
  const path = join(folder, 'notes.txt')
  writeFileSync(path, 'Notes.')
  let looks = 0
  expect(await wholeOrSettled(path, 1, () => (looks += 1) > 1000)).toBe(await identityOf(path))
  expect(looks).toBe(4)
})

test('of thousands that are waited for few are open at once', async () => {
  const paths = Array.from({ length: 2000 }, (_, n) => join(folder, `${n}.txt`))
  for (const path of paths) writeFileSync(path, 'Notes.')
  const open = () => readdirSync('/proc/self/fd').length
  const before = open()
  let most = 0
  const watch = setInterval(() => (most = Math.max(most, open())), 1)
  await Promise.all(paths.map((path) => wholeOrSettled(path, 1, () => false)))
  clearInterval(watch)
  // Beside other files of tests in this process.
  expect(most - before).toBeLessThan(50)
  expect(most).toBeGreaterThan(0)
})
