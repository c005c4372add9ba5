import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { windowOf } from '../../src/kepub/file-window.ts'
import { openZip } from '../../src/kepub/zip-read.ts'
import { planZip, stored, writeZip } from '../../src/kepub/zip-write.ts'
import { makeZip } from '../support/make-epub.ts'
import { GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS } from '../support/real-books.ts'
import { book, converted, inFolder, ONE_PAGE, opened, opf, xhtml } from './converted.ts'

const PAGE = {
  'content.opf': opf(ONE_PAGE.manifest, ONE_PAGE.spine),
  'page.xhtml': xhtml('<p>A.</p>'),
}

describe('the archive of a converted book', () => {
  test.each([GUIDE, GUIDE_IN_JAPANESE, WAR_OF_THE_WORLDS])(
    'is whole, in the order of its source, with mimetype first: %s',
    async (path) => {
      const source = opened(path)
      const { bytes, conversion, entries, names, content } = await converted(await readFile(path))
      expect(conversion.size).toBe(bytes.length)
      expect(conversion.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
      expect(bytes.toString('latin1', 30, 58)).toBe('mimetypeapplication/epub+zip')
      const kept = source.names.filter((name) => name !== 'mimetype' && names.includes(name))
      expect(names.filter((name) => kept.includes(name))).toEqual(kept)
      const changed = new Set(conversion.documents.map(({ name }) => name))
      let same = 0
      for (const entry of entries) {
        expect(bytes.readUInt16LE(entry.dataOffset - entry.rawName.length - 24) & 0x8).toBe(0)
        expect(bytes.readUInt16LE(entry.dataOffset - entry.rawName.length - 2)).toBe(0)
        if (changed.has(entry.name) || /^mimetype$|\.opf$/u.test(entry.name)) continue
        const before = source.entries.find(({ name }) => name === entry.name)
        expect(entry.compressedSize).toBe(before?.compressedSize)
        expect(content(entry.name).equals(source.content(entry.name))).toBe(true)
        same += 1
      }
      expect(same).toBeGreaterThan(3)
    },
  )

  test('is the same in two processes', async () => {
    await inFolder(async (folder) => {
      const here = await converted(await readFile(WAR_OF_THE_WORLDS))
      const output = join(folder, 'b.epub')
      const program = `import { convertEpub } from ${JSON.stringify(new URL('../../src/kepub/convert.ts', import.meta.url).href)}
console.log((await convertEpub(${JSON.stringify(WAR_OF_THE_WORLDS)}, ${JSON.stringify(output)})).sha256)`
      const there = execFileSync(process.execPath, ['--input-type=module', '-e', program])
      expect(there.toString().trim()).toBe(here.conversion.sha256)
      const again = await converted(await readFile(WAR_OF_THE_WORLDS))
      expect(again.conversion.sha256).toBe(here.conversion.sha256)
      expect(execFileSync('python3', ['-m', 'zipfile', '-t', output]).toString()).toContain('Done')
    })
  })

  test('holds entries that had data descriptors with plain headers', async () => {
    const program = `import sys, zipfile
with zipfile.ZipFile(sys.stdout.buffer, 'w', zipfile.ZIP_DEFLATED) as z:
  for name in ${JSON.stringify(Object.keys(PAGE))} + ['a.css']:
    z.writestr(name, ${JSON.stringify({ ...PAGE, 'a.css': 'p {}' })}[name])`
    const source = execFileSync('python3', ['-c', program])
    expect(source.readUInt16LE(6) & 8).toBe(8)
    const { bytes, names } = await converted(source)
    expect(bytes.readUInt16LE(6)).toBe(0)
    expect(names).toEqual([
      'mimetype',
      'META-INF/container.xml',
      'content.opf',
      'page.xhtml',
      'a.css',
      'holdfast-first-page.xhtml',
    ])
  })

  test('keeps names byte for byte, in UTF-8 and in code page 437', async () => {
    const old = Buffer.from([0x81, 0x82, 0x2e, 0x63, 0x73, 0x73])
    const zip = planZip([
      ...Object.entries({ ...PAGE, 'é.css': '' }).map(([name, content]) =>
        stored(name, Buffer.from(content)),
      ),
      { ...stored('x', Buffer.from('y')), rawName: old, isUtf8: false },
    ])
    const source = Buffer.concat(zip.pieces.filter((piece) => Buffer.isBuffer(piece)))
    const { entries } = await converted(source)
    const found = entries.find(({ rawName }) => rawName.equals(old))
    expect(found?.name).toBe('üé.css')
    expect(entries.some(({ rawName }) => rawName.equals(Buffer.from('é.css')))).toBe(true)
  })

  test('keeps names that lead out of the book, since nothing is ever unpacked', async () => {
    const odd = ['../up.css', '/top.css', 'a//b.css', 'a\\c.css', './d.css', 'e!f?.css']
    const { names, text } = await converted(
      book({ ...PAGE, ...Object.fromEntries(odd.map((name) => [name, name])) }),
    )
    for (const name of odd) {
      expect(names).toContain(name)
      expect(text(name)).toBe(name)
    }
  })

  test('takes the 64-bit form with more than 65,535 entries, and reads it', async () => {
    const many = Array.from({ length: 66_000 }, (_, index) =>
      stored(`a/${index}`, Buffer.from('x')),
    )
    const pages = Object.entries(PAGE).map(([name, content]) => stored(name, Buffer.from(content)))
    await inFolder(async (folder) => {
      const path = join(folder, 'many.epub')
      await writeZip(path, planZip([...pages, ...many]), 0)
      const { bytes, names } = await converted(await readFile(path))
      expect(names.length).toBe(66_000 + 5)
      await writeFile(path, bytes)
      const listed = `import zipfile; print(len(zipfile.ZipFile(${JSON.stringify(path)}).namelist()))`
      expect(execFileSync('python3', ['-c', listed]).toString().trim()).toBe('66005')
    })
  })

  test('would take the 64-bit form beyond 4 GiB', () => {
    const large = { ...stored('large', Buffer.from('x')), data: { offset: 0 } }
    const zip = planZip([
      { ...large, size: 5_000_000_000, compressedSize: 5_000_000_000 },
      stored('after', Buffer.from('x')),
    ])
    const directory = zip.pieces.at(-2)
    const end = zip.pieces.at(-1)
    if (!Buffer.isBuffer(directory) || !Buffer.isBuffer(end)) throw new Error('no directory')
    expect(end.readUInt32LE(0)).toBe(0x06064b50)
    expect(directory.readUInt32LE(42)).toBe(0)
    expect(directory.readUInt32LE(24)).toBe(0xffffffff)
    expect(Number(directory.readBigUInt64LE(46 + 'large'.length + 4))).toBe(5_000_000_000)
    expect(zip.size).toBe(
      zip.pieces.reduce(
        (sum, piece) => sum + (Buffer.isBuffer(piece) ? piece.length : piece.length),
        0,
      ),
    )
  })
})

describe('an archive that lies', () => {
  const whole = book(PAGE)
  const end = whole.length - 22
  const directory = whole.readUInt32LE(end + 16)
  function spoilt(change: (bytes: Buffer) => Buffer | void): Buffer {
    const bytes = Buffer.from(whole)
    return change(bytes) ?? bytes
  }
  test.each([
    ['nothing at all', Buffer.alloc(0), 'no ZIP archive'],
    ['no archive', Buffer.from('Hello '.repeat(50)), 'no ZIP archive'],
    ['an end that is cut off', whole.subarray(0, -30), 'no ZIP archive'],
    ['a count too high', spoilt((b) => void b.writeUInt16LE(9, end + 10)), 'contradicts itself'],
    [
      'a directory outside',
      spoilt((b) => void b.writeUInt32LE(9e8, end + 16)),
      'contradicts itself',
    ],
    [
      'a header elsewhere',
      spoilt((b) => void b.writeUInt32LE(7, directory + 42)),
      'points to where nothing is',
    ],
    [
      'data beyond the end',
      spoilt(
        (b) => (b.writeUInt32LE(9e6, directory + 20), void b.writeUInt32LE(9e6, directory + 24)),
      ),
      'ends too early',
    ],
    ['entries that overlap', makeOverlap(), 'overlap'],
    [
      'an encrypted entry',
      makeZip([{ name: 'a', content: 'b', encrypted: true }]),
      'locked by a password',
    ],
    [
      'another compression',
      spoilt((b) => void b.writeUInt16LE(12, directory + 10)),
      'compressed in a way',
    ],
    ['a bomb', makeZip([{ name: 'a', content: Buffer.alloc(20_000_000) }]), 'unreasonably large'],
    [
      'a package document with a wrong sum',
      makeZip([{ name: 'content.opf', content: 'x', claimedCrc: 7 }]),
      'is damaged',
    ],
    [
      'a package document longer than said',
      makeZip([{ name: 'content.opf', content: 'x'.repeat(90), claimedSize: 9 }]),
      'is damaged',
    ],
    [
      'a package document shorter than said',
      makeZip([{ name: 'content.opf', content: 'x', claimedSize: 9 }]),
      'is damaged',
    ],
    ['no package document', makeZip([{ name: 'a.xhtml', content: 'x' }]), 'no package document'],
  ])('is refused with a sentence: %s', async (_, bytes, sentence) => {
    await expect(converted(bytes)).rejects.toMatchObject({
      name: 'NotConvertible',
      reason: expect.stringContaining(sentence),
    })
  })

  test('keeps the last of two entries with one name, and says so', async () => {
    const files = [...Object.entries(PAGE), ['page.xhtml', xhtml('<p>The later.</p>')] as const]
    const { text, conversion } = await converted(
      makeZip(files.map(([name, content]) => ({ name, content }))),
    )
    expect(text('page.xhtml')).toContain('The later.')
    expect(conversion.warnings).toEqual([
      '“page.xhtml” is in the archive more than once; the last one counts.',
    ])
  })

  test('is read whatever its comment holds', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'a.epub')
      const comment = Buffer.from('PK\u0005\u0006 and so on: no record.......')
      const bytes = Buffer.concat([whole, comment])
      bytes.writeUInt16LE(comment.length, end + 20)
      await writeFile(path, bytes)
      const fd = openSync(path, 'r')
      try {
        expect(openZip(windowOf(fd, fstatSync(fd).size)).entries.length).toBe(4)
      } finally {
        closeSync(fd)
      }
    })
  })
})

/** Two entries of the directory that name the same bytes. */
function makeOverlap(): Buffer {
  const bytes = makeZip([
    { name: 'a', content: 'one', stored: true },
    { name: 'b', content: 'two', stored: true },
  ])
  const second = bytes.readUInt32LE(bytes.length - 6) + 46 + 1
  bytes.writeUInt32LE(0, second + 42)
  return bytes
}
