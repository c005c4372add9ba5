import { expect, test } from 'vitest'
import { storageProblem } from './storage-problem.ts'

test.each([
  ['ENOSPC', 'There is no space left on the disk.'],
  ['SQLITE_FULL', 'There is no space left on the disk.'],
  ['EROFS', 'A folder of the library is read-only.'],
  ['EACCES', 'A folder of the library may not be written by Holdfast.'],
  ['SQLITE_IOERR_WRITE', 'The disk cannot be read or written.'],
])('%s is told as “%s”, and may be tried again', (code, sentence) => {
  const problem = storageProblem(Object.assign(new Error('refused'), { code }))
  expect([problem?.code, problem?.message]).toEqual(['unavailable', sentence])
})

test('a bug is no trouble of a disk', () => {
  expect(storageProblem(new TypeError('a bug'))).toBeUndefined()
  expect(storageProblem(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toBeUndefined()
})
