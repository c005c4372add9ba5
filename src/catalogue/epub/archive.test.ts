import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeZip } from '../../../test/support/make-epub.ts'
import type { ZipEntry } from '../../../test/support/make-epub.ts'
import { openArchive } from './archive.ts'
import { ENTRY_COUNT_LIMIT } from './read-entries.ts'
import type { Archive } from './archive.ts'

let folder = ''
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'archive-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

let isInMemory = false

async function open(bytes: Buffer): Promise<Archive> {
  if (isInMemory) return await openArchive(bytes)
  count += 1
  const path = join(folder, `${count}.epub`)
  await writeFile(path, bytes)
  return await openArchive(path)
}

async function openZip(...entries: ZipEntry[]): Promise<Archive> {
  return await open(makeZip(entries))
}

function problem(message: RegExp) {
  return expect.objectContaining({
    name: 'Problem',
    code: 'invalid',
    message: expect.stringMatching(message),
  })
}

describe.each(['on the disk', 'in memory'])('%s', (place) => {
  beforeAll(() => {
    isInMemory = place === 'in memory'
  })

  test('entries are read by name, and folders are no entries', async () => {
    const archive = await openZip(
      { name: 'text/', content: '', stored: true },
      { name: 'text/é.txt', content: 'one' },
      { name: 'two.txt', content: 'two', stored: true },
    )
    expect(archive.names).toEqual(['text/é.txt', 'two.txt'])
    expect(String(await archive.read('text/é.txt', 100))).toBe('one')
    expect(String(await archive.read('two.txt', 100))).toBe('two')
    expect(await archive.read('three.txt', 100)).toBeUndefined()
    archive.close()
  })

  test('a name is looked for as written first, and then with its percent signs decoded', async () => {
    const archive = await openZip(
      { name: 'a b.txt', content: 'decoded' },
      { name: 'c%20d.txt', content: 'as written' },
    )
    expect(String(await archive.read('a%20b.txt', 100))).toBe('decoded')
    expect(String(await archive.read('c%20d.txt', 100))).toBe('as written')
    expect(archive.has('a%20b.txt')).toBe(true)
    expect(await archive.read('100%.txt', 100)).toBeUndefined()
    archive.close()
  })

  describe('an archive is refused', () => {
    test.each(['../evil.xhtml', 'a/../../evil.xhtml', '/etc/passwd', 'C:/evil', 'a\\evil', 'a\0b'])(
      'with the name %j',
      async (name) => {
        await expect(openZip({ name, content: 'x' })).rejects.toEqual(
          problem(/leads outside of it/u),
        )
      },
    )

    test('with two package documents of one name', async () => {
      const twice = { name: 'content.opf', content: 'x' }
      await expect(openZip(twice, twice)).rejects.toEqual(problem(/holds content\.opf twice/u))
    })

    test('with a password', async () => {
      await expect(openZip({ name: 'a', content: 'x', encrypted: true })).rejects.toEqual(
        problem(/locked with a password/u),
      )
    })

    test('with too many entries', async () => {
      const entries = Array.from({ length: ENTRY_COUNT_LIMIT + 1 }, (_, index) => ({
        name: String(index),
        content: '',
        stored: true,
      }))
      await expect(openZip(...entries)).rejects.toEqual(problem(/more than 20000 entries/u))
    })

    test('that says it unpacks to more than 4 GB', async () => {
      const claimedSize = 4_100_000_000
      await expect(openZip({ name: 'a', content: 'x', claimedSize })).rejects.toEqual(
        problem(/more than 4 GB/u),
      )
    })

    test('that is empty, a PDF, or cut short', async () => {
      const zip = makeZip([{ name: 'a.txt', content: 'a'.repeat(1_000), stored: true }])
      await expect(open(Buffer.alloc(0))).rejects.toEqual(problem(/the file is empty/u))
      await expect(open(Buffer.from('%PDF-1.7\n'.repeat(99)))).rejects.toEqual(
        problem(/it is not a ZIP archive/u),
      )
      await expect(open(Buffer.from('P'))).rejects.toEqual(problem(/it is not a ZIP archive/u))
      await expect(open(zip.subarray(0, 800))).rejects.toEqual(problem(/damaged: .*cut short/u))
    })

    test('whose table of contents is overwritten', async () => {
      const zip = makeZip([{ name: 'a.txt', content: 'a' }])
      zip.fill(0, zip.length - 22 - 50, zip.length - 22)
      await expect(open(zip)).rejects.toEqual(problem(/damaged: the table of contents/u))
    })
  })

  describe('an entry is refused', () => {
    test('above the limit its reader sets, before it is unpacked', async () => {
      const archive = await openZip({ name: 'a.txt', content: 'a'.repeat(5_000_001) })
      await expect(archive.read('a.txt', 5_000_000)).rejects.toEqual(
        problem(/holds a\.txt, which is over 5 MB/u),
      )
      archive.close()
    })

    test('that unpacks to more than it claims', async () => {
      const archive = await openZip({ name: 'a', content: 'a'.repeat(10_000_000), claimedSize: 10 })
      await expect(archive.read('a', 100)).rejects.toEqual(problem(/damaged: a cannot be read/u))
      archive.close()
    })

    test('that unpacks to less than it claims', async () => {
      const archive = await openZip({ name: 'a', content: 'abc', claimedSize: 10 })
      await expect(archive.read('a', 100)).rejects.toEqual(problem(/damaged: a cannot be read/u))
      archive.close()
    })

    test('whose bytes are not those of its checksum', async () => {
      const archive = await openZip({ name: 'a', content: 'abc', claimedCrc: 1, stored: true })
      await expect(archive.read('a', 100)).rejects.toEqual(problem(/damaged: a cannot be read/u))
      archive.close()
    })

    test('whose compressed bytes are scrambled', async () => {
      const zip = makeZip([{ name: 'a', content: 'abcdefgh'.repeat(100) }])
      zip.fill(0xff, 31, 36)
      const archive = await open(zip)
      await expect(archive.read('a', 10_000)).rejects.toEqual(problem(/damaged: a cannot be read/u))
      archive.close()
    })
  })
})

test('a file that is not there is no fault of the book', async () => {
  await expect(openArchive(join(folder, 'none.epub'))).rejects.toMatchObject({ code: 'ENOENT' })
})
