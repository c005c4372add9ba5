import { refused, taken } from './hostile-file.ts'
import type { HostileFile } from './hostile-file.ts'
import { rawZip } from './raw-zip.ts'
import { bookWith, CONTAINER, entriesOf, opf } from './small-book.ts'

const TITLE = '<dc:title>Book</dc:title>'
const NOT_XML = /its package document (?:is not well-formed XML|holds no package|lists no pages)/u
const TOO_MUCH = /has more than (?:100000 elements|400000 attributes)|which is over 5 MB/u

const LAUGHS = `<?xml version="1.0"?><!DOCTYPE package [<!ENTITY a "ha">${Array.from(
  { length: 30 },
  (_, n) => `<!ENTITY a${n} "${`&a${n === 0 ? '' : n - 1};`.repeat(10)}">`,
).join('')}]>`

const OUTWARD =
  '<?xml version="1.0"?><!DOCTYPE package SYSTEM "http://127.0.0.1:9/x.dtd" [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>'

/** Documents inside an archive that swell, reach out, nest, or are written in another way than they say. */
export const DOCUMENTS: HostileFile[] = [
  taken('a billion laughs in the package document', () =>
    of(opf({ before: LAUGHS, metadata: `${TITLE}<dc:subject>&a29;</dc:subject>` })),
  ),
  taken(
    'a title made of entities',
    () => of(opf({ before: LAUGHS, metadata: '<dc:title>&a29;</dc:title>' })),
    {
      title: '&a29;',
    },
  ),
  taken(
    'an entity that reads a file',
    () => of(opf({ before: OUTWARD, metadata: '<dc:title>&x;</dc:title>' })),
    { title: '&x;' },
  ),
  taken('a container that reaches outward', () =>
    bookWith({ 'META-INF/container.xml': CONTAINER.replace('<?xml version="1.0"?>', OUTWARD) }),
  ),
  taken('a table of contents full of laughs', () =>
    bookWith({
      'content.opf': opf({
        manifest: '<item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
      }),
      'toc.ncx': `${LAUGHS}<ncx>&a29;</ncx>`,
    }),
  ),
  refused('a million subjects', TOO_MUCH, () =>
    of(opf({ metadata: TITLE + '<dc:subject>s</dc:subject>'.repeat(1_000_000) })),
  ),
  refused('120,000 subjects', TOO_MUCH, () =>
    of(opf({ metadata: TITLE + '<dc:subject>s</dc:subject>'.repeat(120_000) })),
  ),
  taken('50,000 subjects', () =>
    of(opf({ metadata: TITLE + '<dc:subject>s</dc:subject>'.repeat(50_000) })),
  ),
  refused('100,000 authors', TOO_MUCH, () =>
    of(opf({ metadata: TITLE + numbered(100_000, (n) => `<dc:creator>A${n}</dc:creator>`) })),
  ),
  taken('40,000 authors', () =>
    of(opf({ metadata: TITLE + numbered(40_000, (n) => `<dc:creator>A${n}</dc:creator>`) })),
  ),
  taken(
    'a title of 1 MB',
    () => of(opf({ metadata: `<dc:title>${'T'.repeat(1_000_000)}</dc:title>` })),
    {
      title: /^T{1000}$/u,
    },
  ),
  taken(
    'a title of 1 MB of accents',
    () => of(opf({ metadata: `<dc:title>e${'\u0301'.repeat(500_000)}</dc:title>` })),
    { title: /^é/u },
  ),
  taken('a description of 4 MB', () =>
    of(
      opf({
        metadata: `${TITLE}<dc:description>${'&lt;b&gt;x '.repeat(350_000)}</dc:description>`,
      }),
    ),
  ),
  refused('a spine of a million references', TOO_MUCH, () =>
    of(opf({ spine: '<itemref idref="c"/>'.repeat(1_000_000) })),
  ),
  refused('a spine of 150,000 references', TOO_MUCH, () =>
    of(opf({ spine: '<itemref idref="c"/>'.repeat(150_000) })),
  ),
  taken('a manifest of 60,000 files', () =>
    of(opf({ manifest: numbered(60_000, (n) => `<item id="i${n}" href="${n}"/>`) })),
  ),
  refused('an element with 450,000 attributes', TOO_MUCH, () =>
    of(opf({ manifest: `<item ${numbered(450_000, (n) => `a${n}="" `)}/>` })),
  ),
  taken('one attribute of 4 MB', () =>
    of(opf({ manifest: `<item id="${'x'.repeat(4_000_000)}"/>` })),
  ),
  taken('a role of 4 MB that 1,500 authors share', () =>
    of(
      opf({
        metadata: `${TITLE}<meta refines="#a" property="role" content="${'/'.repeat(4_000_000)}"/>${numbered(
          1_500,
          (n) => `<dc:creator id="a">A${n}</dc:creator>`,
        )}`,
      }),
    ),
  ),
  refused('100,000 elements inside each other', NOT_XML, () =>
    of(opf({ metadata: TITLE + '<a>'.repeat(99_000) })),
  ),
  refused('prefixes that are looked for through 250 levels', TOO_MUCH, () =>
    of(
      opf({
        metadata: TITLE + '<a>'.repeat(250) + `<b ${numbered(450_000, (n) => `p:a${n}="" `)}/>`,
      }),
    ),
  ),
  refused('a million faults', NOT_XML, () => of(`<package>${'& '.repeat(1_000_000)}`)),
  refused('a comment that never ends', NOT_XML, () => of(`<package><!--${'-'.repeat(4_000_000)}`)),
  refused('a document type that never ends', NOT_XML, () =>
    of(`<!DOCTYPE ${'['.repeat(4_000_000)}`),
  ),
  refused('random bytes', NOT_XML, () => of(Buffer.from(noise(100_000)))),
  refused('nothing', NOT_XML, () => of('')),
  taken('UTF-16 with a mark, little end first', () => of(`\uFEFF${opf()}`, 'utf16le')),
  taken('UTF-16 with a mark, big end first', () => of(swapped(`\uFEFF${opf()}`))),
  taken('UTF-16 without a mark, little end first', () => of(opf(), 'utf16le')),
  taken('UTF-16 without a mark, big end first', () => of(swapped(opf()))),
  taken('UTF-8 that says it is UTF-16', () =>
    of(opf({ before: '<?xml version="1.0" encoding="utf-16"?>' })),
  ),
  taken('an encoding nobody knows', () =>
    of(opf({ before: '<?xml version="1.0" encoding="x-none"?>' })),
  ),
  taken(
    'Latin-1 that says it is UTF-8',
    () => of(opf({ metadata: '<dc:title>Émile</dc:title>' }), 'latin1'),
    {
      title: '\uFFFDmile',
    },
  ),
  taken(
    'Latin-1 that says so',
    () =>
      of(
        opf({
          before: '<?xml version="1.0" encoding="iso-8859-1"?>',
          metadata: '<dc:title>Émile</dc:title>',
        }),
        'latin1',
      ),
    { title: 'Émile' },
  ),
  taken('invalid bytes and lone surrogates', () =>
    of(
      Buffer.concat([
        Buffer.from(opf({ metadata: TITLE })),
        Buffer.from([0xff, 0xfe, 0xed, 0xa0, 0x80]),
      ]),
    ),
  ),
  refused('a package document outside of the archive', /package document is missing/u, () =>
    missing('../../etc/passwd'),
  ),
  refused('a package document on the web', /package document is missing/u, () =>
    missing('http://127.0.0.1:9/content.opf'),
  ),
  refused('pages that are not there', /none of its pages are in the archive/u, () =>
    of(opf().replace('c.xhtml', 'none.xhtml')),
  ),
  refused('pages on the web', /lists no pages/u, () =>
    of(opf().replace('c.xhtml', 'http://127.0.0.1:9/')),
  ),
]

function of(text: string | Buffer, encoding: BufferEncoding = 'utf8'): Buffer {
  return bookWith({ 'content.opf': typeof text === 'string' ? Buffer.from(text, encoding) : text })
}

function swapped(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** A book whose container names a package document that is not in it. */
function missing(path: string): Buffer {
  const container = CONTAINER.replace('content.opf', path)
  const entries = entriesOf({ 'META-INF/container.xml': container })
  return rawZip(entries.filter((entry) => entry.name !== 'content.opf'))
}

function numbered(count: number, piece: (n: number) => string): string {
  return Array.from({ length: count }, (_, n) => piece(n)).join('')
}

/** Bytes without order, the same each time. */
function noise(length: number): Uint8Array {
  let state = 1
  return Uint8Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state >>> 16
  })
}
