import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesBelow } from './files-below.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-below-'))
})
afterEach(async () => {
  await rm(root, { recursive: true })
})

describe('the files below a folder', () => {
  test('are told by their paths in it', async () => {
    await mkdir(join(root, 'one', 'two'), { recursive: true })
    for (const name of ['a', 'one/b', 'one/two/c']) await writeFile(join(root, name), name)
    expect((await filesBelow(root)).toSorted()).toEqual(['a', 'one/b', 'one/two/c'])
  })

  test('are none where there is no such folder', async () => {
    expect(await filesBelow(join(root, 'nowhere'))).toEqual([])
  })

  test('are told also while empty folders beside them go', async () => {
    await mkdir(join(root, 'kept'))
    await writeFile(join(root, 'kept', 'book'), 'a book')
    const names = Array.from({ length: 200 }, (_, number) => join(root, `emptied ${number}`))
    for (let round = 0; round < 10; round += 1) {
      for (const name of names) await mkdir(name)
      const reading = filesBelow(root)
      const going = Promise.all(names.map((name) => rmdir(name)))
      expect(await reading).toEqual([join('kept', 'book')])
      await going
    }
  })
})
