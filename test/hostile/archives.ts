import { crc32 } from 'node:zlib'
import { refused, taken } from './hostile-file.ts'
import type { HostileFile } from './hostile-file.ts'
import { rawZip } from './raw-zip.ts'
import type { RawEntry } from './raw-zip.ts'
import { bookWith, entriesOf, opf, PAGE } from './small-book.ts'

const OUTSIDE = 'This EPUB holds a file name that leads outside of it.'
const SPECIAL = 'This EPUB holds a link or a device in the place of a file.'
const TABLE = 'This EPUB is damaged: the table of contents of its ZIP archive cannot be read.'
const CUT = 'This EPUB is damaged: its ZIP archive is cut short or has bytes after its end.'
const ENTRY = 'This EPUB is damaged: content.opf cannot be read.'

/** Archives that lie, climb, swell or are broken. */
export const ARCHIVES: HostileFile[] = [
  ...[
    '../evil.xhtml',
    'OEBPS/../../../../etc/cron.d/evil',
    '/etc/passwd',
    'C:/Windows/evil.dll',
    'c:evil',
    '..\\..\\evil.xhtml',
    '\\\\server\\share\\evil',
    'evil\0.xhtml',
    '..',
  ].map((name) =>
    refused(`an entry called ${JSON.stringify(name)}`, OUTSIDE, () =>
      bookWith({}, { name, content: 'evil' }),
    ),
  ),
  refused('a link to a file of the system', SPECIAL, () =>
    bookWith({}, { name: 'c2.xhtml', content: '/etc/passwd', system: 3, mode: 0o120777 }),
  ),
  ...Object.entries({
    'a device': 0o020666,
    'a disk': 0o060666,
    'a pipe': 0o010666,
    'a socket': 0o140666,
  }).map(([what, mode]) =>
    refused(what, SPECIAL, () => bookWith({}, { name: 'x', content: '', system: 3, mode })),
  ),
  refused('two package documents of one name', 'This EPUB holds content.opf twice.', () =>
    bookWith({}, { name: 'content.opf', content: opf({ metadata: '<dc:title>Evil</dc:title>' }) }),
  ),
  refused('two containers', 'This EPUB holds META-INF/container.xml twice.', () =>
    bookWith({}, { name: 'META-INF/container.xml', content: '<container/>' }),
  ),
  taken('two pages of one name', () => bookWith({}, { name: 'c.xhtml', content: 'other' })),
  taken('names that differ in case only', () => bookWith({}, { name: 'C.XHTML', content: PAGE })),
  refused('more than 20,000 entries', 'This EPUB has more than 20000 entries.', () =>
    bookWith({}, ...many(20_001)),
  ),
  taken('just as many entries as there may be', () => bookWith({}, ...many(19_996))),
  refused('an entry name of 1,001 characters', /an entry whose name is too long/u, () =>
    bookWith({}, { name: 'n'.repeat(1_001), content: '' }),
  ),
  refused('a package document of 300 MB', /over 5 MB|200 times its size/u, () =>
    bookWith({ 'content.opf': Buffer.alloc(300_000_000, ' ') }),
  ),
  refused('a package document of 6 MB', 'This EPUB holds content.opf, which is over 5 MB.', () =>
    bookWith({ 'content.opf': Buffer.alloc(6_000_000, ' ') }),
  ),
  refused('a first page of 50 MB', 'This EPUB holds c.xhtml, which is over 20 MB.', () =>
    bookWith({ 'c.xhtml': Buffer.alloc(50_000_000, ' ') }),
  ),
  refused('claims of 4.2 GB', 'This EPUB unpacks to more than 4 GB.', () =>
    bookWith({}, { name: 'x', content: 'x', size: 4_200_000_000 }),
  ),
  refused('files that swell 1,000 times', /unpacks to more than 200 times its size/u, () =>
    bookWith({}, ...swelling(15, 10_000_000)),
  ),
  taken('archives in archives, which nobody opens', () => bookWith({ 'in.zip': nested(20) })),
  refused('entries that share their bytes', /entries of its ZIP archive overlap/u, () => {
    const shared = { content: Buffer.alloc(200_000, 1), stored: true, offset: 0 }
    return bookWith(
      {},
      { name: 'a', ...shared },
      ...Array.from({ length: 20 }, (_, n) => ({
        name: `b${n}`,
        content: '',
        packed: 200_000,
        size: 200_000,
        crc: crc32(shared.content),
        offset: 0,
      })),
    )
  }),
  refused('remarks of 30 MB', /its table of contents is too large/u, () =>
    bookWith({}, ...remarks(500)),
  ),
  refused('a table of contents that begins elsewhere', TABLE, () =>
    rawZip(entriesOf(), { tableOffset: 40 }),
  ),
  refused('a table of contents behind the end', TABLE, () =>
    rawZip(entriesOf(), { tableOffset: 4_000_000_000 }),
  ),
  refused('more entries told than there are', TABLE, () => rawZip(entriesOf(), { count: 500 })),
  refused('fewer entries told than there are', /^This (?:is not an EPUB|EPUB)/u, () =>
    rawZip(entriesOf(), { count: 1 }),
  ),
  refused('a zip64 end with a billion entries', /more than 20000 entries/u, () =>
    rawZip(entriesOf(), { zip64: { count: 1_000_000_000n } }),
  ),
  refused('a zip64 end beyond all numbers', /^This EPUB/u, () =>
    rawZip(entriesOf(), { zip64: { tableOffset: 2n ** 63n, count: 2n ** 63n } }),
  ),
  refused('a zip64 end that is not there', /^This EPUB is damaged/u, () =>
    rawZip(entriesOf(), { zip64: { place: 3n } }),
  ),
  taken('a true zip64 end', () => rawZip(entriesOf(), { zip64: {} })),
  taken('a remark at the end', () => rawZip(entriesOf(), { comment: Buffer.from('Remark') })),
  refused('a remark that is another end', /^This EPUB is damaged/u, () =>
    rawZip(entriesOf(), { comment: rawZip([{ name: 'x', content: 'x' }]).subarray(-22) }),
  ),
  refused('bytes behind the end', CUT, () => Buffer.concat([bookWith(), Buffer.alloc(100)])),
  taken('sizes told behind the bytes', () =>
    rawZip(entriesOf().map((entry) => ({ ...entry, hasDescriptor: true }))),
  ),
  ...Object.entries<Partial<RawEntry>>({
    'a wrong checksum': { crc: 1 },
    'a size too small': { size: 10 },
    'a size too large': { size: 100_000 },
    'a packed size too small': { packed: 3 },
    'a place in the middle of nothing': { offset: 7 },
    'a place behind the end': { offset: 0xffff_fff0 },
    'a method nobody knows': { method: 99 },
  }).map(([what, lie]) => refused(`a package document with ${what}`, ENTRY, () => lying(lie))),
  taken('headers with other names and sizes than the table', () =>
    lying({ localName: '../../x', localSize: 1 }),
  ),
  refused('a password', /locked with a password/u, () => lying({ flags: 0x801 })),
  refused('strong encryption', /encrypted|locked with a password/u, () => lying({ flags: 0x841 })),
  ...[1, 4, 21, 22, 30, 60, 200, 600, 900].map((bytes) =>
    refused(
      `a book that ends after ${bytes} bytes`,
      /^This (?:is not an EPUB|EPUB is damaged)/u,
      () => bookWith().subarray(0, bytes),
    ),
  ),
  ...[1, 2, 21, 22, 23, 100].map((bytes) =>
    refused(`a book without its last ${bytes} bytes`, CUT, () => bookWith().subarray(0, -bytes)),
  ),
]

function many(count: number): RawEntry[] {
  return Array.from({ length: count }, (_, n) => ({ name: `f/${n}`, content: '', stored: true }))
}

function swelling(count: number, size: number): RawEntry[] {
  const content = Buffer.alloc(size)
  return Array.from({ length: count }, (_, n) => ({ name: `s${n}.css`, content }))
}

function nested(depth: number): Buffer {
  let zip: Buffer = rawZip([{ name: 'in', content: Buffer.alloc(1_000_000) }])
  for (let n = 0; n < depth; n += 1) zip = rawZip([{ name: 'in.zip', content: zip }])
  return zip
}

function remarks(count: number): RawEntry[] {
  const comment = Buffer.alloc(60_000, 'r')
  return Array.from({ length: count }, (_, n) => ({ name: `r${n}`, content: '', comment }))
}

function lying(lie: Partial<RawEntry>): Buffer {
  return rawZip(
    entriesOf().map((entry) => (entry.name === 'content.opf' ? { ...entry, ...lie } : entry)),
  )
}
