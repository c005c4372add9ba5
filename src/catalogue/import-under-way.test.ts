import { basename } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { importFile } from './import.ts'
import { dropsOf } from './drops-of.test-support.ts'

let home: TempHome
const { drop } = dropsOf(() => home)
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

describe('importing a file', () => {
  test('is told while it lasts, and whether it failed', async () => {
    const books = await Promise.all(
      [1, 2, 3].map(async (n) => [`${n}.epub`, await makeEpub({ title: `Book ${n}` })] as const),
    )
    const paths = await Promise.all(books.map(([name, bytes]) => drop(name, bytes)))
    const spoilt = await drop('spoilt.epub', 'no book')
    const drops = [spoilt, ...paths].map((path) => {
      const about = { dispose: 'remove', uploader: null, source: 'inbox' } as const
      return importFile(home, { path, name: basename(path), ...about })
    })
    const [first, ...others] = drops
    const told = () => home.underWay.imports.told(() => true)
    expect(told()).toEqual({
      done: 0,
      total: 4,
      failed: 0,
      names: ['spoilt.epub', '1.epub', '2.epub'],
    })
    // So that something is still under way, however soon the others are over.
    const over = home.underWay.imports.begin('later.epub', null)
    await expect(first).rejects.toThrow('This is not an EPUB')
    expect(told()).toMatchObject({ total: 5, failed: 1 })
    await Promise.all(others)
    expect(told()).toMatchObject({ done: 4, total: 5, failed: 1 })
    over('done')
    expect(told()).toBeUndefined()
  })

  test('is told as failed only where an erratum tells why', async () => {
    const { imports } = home.underWay
    imports.begin('one that goes on', null)
    const about = { name: 'spoilt.epub', uploader: null, source: 'command' } as const
    const path = await drop('spoilt.epub', 'no book')
    await expect(importFile(home, { ...about, path, dispose: 'keep' })).rejects.toThrow('EPUB')
    expect(imports.told(() => true)).toMatchObject({ done: 1, failed: 0 })
    await expect(importFile(home, { ...about, path, dispose: 'remove' })).rejects.toThrow('EPUB')
    expect(imports.told(() => true)).toMatchObject({ done: 2, failed: 1 })
  })
})
