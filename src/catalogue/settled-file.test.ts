import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identityOf, settled } from './settled-file.ts'

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
