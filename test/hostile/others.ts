import { refused, taken } from './hostile-file.ts'
import type { HostileFile } from './hostile-file.ts'
import { makeCover } from '../support/make-epub.ts'
import { rawZip } from './raw-zip.ts'
import { bookWith, CONTAINER, opf } from './small-book.ts'

const NO_ZIP = 'This is not an EPUB: it is not a ZIP archive.'
const NO_CONTAINER = 'This is not an EPUB: it has no META-INF/container.xml.'

/** Files that are something else, are locked, are huge, or have names that disks dislike. */
export const OTHERS: HostileFile[] = [
  refused('nothing at all', 'This is not an EPUB: the file is empty.', () => Buffer.alloc(0)),
  refused('a PDF', NO_ZIP, () => Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'.repeat(50))),
  refused('a MOBI', NO_ZIP, () =>
    Buffer.concat([Buffer.alloc(60), Buffer.from('BOOKMOBI'), Buffer.alloc(500)]),
  ),
  refused('a web page', NO_ZIP, () => Buffer.from('<!DOCTYPE html><p>404 Not Found</p>')),
  refused('a picture', NO_ZIP, () => makeCover()),
  refused('a plain ZIP', NO_CONTAINER, () => rawZip([{ name: 'holiday.txt', content: 'Sun.' }])),
  refused('an empty ZIP', /^This is not an EPUB/u, () => rawZip([])),
  refused('a comic', NO_CONTAINER, () => rawZip([{ name: '001.jpg', content: 'x' }])),
  refused('a document of an office', NO_CONTAINER, () =>
    rawZip([{ name: '[Content_Types].xml', content: '<Types/>' }]),
  ),
  { ...refused('300 MB of nothing', NO_ZIP, () => Buffer.alloc(0)), length: 300_000_000 },
  {
    ...refused('501 MB', '“book.epub” is larger than 500 MB.', () => Buffer.alloc(0)),
    length: 501_000_000,
  },
  {
    ...refused('8 TB', '“book.epub” is larger than 500 MB.', () => Buffer.from('PK\u0003\u0004')),
    length: 8_000_000_000_000,
  },

  refused('a book locked by Adobe', drm('Adobe ADEPT'), () =>
    locked('http://www.w3.org/2001/04/xmlenc#aes128-cbc', 'c.xhtml', {
      'META-INF/rights.xml': '<adept:rights xmlns:adept="http://ns.adobe.com/adept"/>',
    }),
  ),
  refused('a book locked by LCP', drm('Readium LCP'), () =>
    locked('http://www.w3.org/2001/04/xmlenc#aes256-cbc', 'c.xhtml', {
      'META-INF/license.lcpl': '{"provider":"https://example.org"}',
    }),
  ),
  refused('a book locked by Apple', drm('Apple FairPlay'), () =>
    bookWith({ 'META-INF/sinf.xml': '<fairplay:sinf/>', 'c.xhtml': Buffer.alloc(500, 0xa7) }),
  ),
  refused('a book locked by Kobo', drm('Kobo'), () =>
    bookWith({
      'rights.xml': '<kdrm><keys/></kdrm>',
      'c.xhtml': Buffer.alloc(500, 0xa7),
    }),
  ),
  refused('a book locked by nobody knows whom', /^This EPUB is protected by DRM, which/u, () =>
    locked('urn:x', 'c.xhtml'),
  ),
  taken('fonts hidden in the way of the IDPF', () =>
    locked('http://www.idpf.org/2008/embedding', 'fonts/a.otf'),
  ),
  taken('fonts hidden in the way of Adobe', () =>
    locked('http://ns.adobe.com/pdf/enc#RC', 'fonts/a.otf'),
  ),
  refused('a page that says it is a hidden font', /protected by DRM/u, () =>
    locked('http://www.idpf.org/2008/embedding', 'c.xhtml'),
  ),

  named('book.pdf', 'Book'),
  named('book', 'Book'),
  named('CON.epub', 'CON'),
  named('a\u202Ecod.exe.epub', /^a/u),
  named(`${'x'.repeat(250)}.epub`, /^x+$/u),
  named(`${'\u0645'.repeat(124)}.epub`, /^\u0645+$/u),
  named('E\u0301mile.epub', 'Émile'),
  named('📚👩‍🚀🏳️‍🌈.epub', /📚/u),
  named('dots....epub', /^dots/u),
  named('  .epub', 'Untitled'),
  named('..epub', /./u),
  named('-rf *;$(reboot)`x`.epub', '-rf *;$(reboot)`x`'),
  named('<script>alert(1)<\u2215script>.epub', /script/u),
  named('new\nline\ttab.epub', 'new line tab'),
  named('عنوان الكتاب.epub', 'عنوان الكتاب'),
  named('本の題名 – หนังสือ – किताब – книга – ספר.epub', /本の題名/u),
  named('%2e%2e%2fetc%2fpasswd.epub', '%2e%2e%2fetc%2fpasswd'),
  ...[
    '..',
    '/',
    '.',
    'CON',
    'a/../../b',
    'NUL.txt',
    '\u202E\u200B',
    '.hidden',
    'x'.repeat(5_000),
  ].map((name): HostileFile =>
    taken(
      `a title and an author called ${JSON.stringify(name.slice(0, 20))}`,
      () =>
        bookWith({
          'content.opf': opf({
            metadata: `<dc:title>${name}</dc:title><dc:creator>${name}</dc:creator>`,
          }),
        }),
      { title: /./u },
    ),
  ),
]

/** A sound book under an odd name; without a title of its own unless it is told to have one. */
function named(name: string, title: string | RegExp): HostileFile {
  const metadata =
    title === 'Book'
      ? '<dc:title>Book</dc:title>'
      : `<!-- ${JSON.stringify(title.toString()).replaceAll('--', '')} -->`
  return {
    ...taken(
      `a book called ${JSON.stringify(name.slice(0, 40))}`,
      () => bookWith({ 'content.opf': opf({ metadata }) }),
      { title },
    ),
    name,
  }
}

function drm(name: string): string {
  return `This EPUB is protected by DRM (${name}), which Holdfast cannot open.`
}

function locked(algorithm: string, path: string, files: Record<string, string> = {}): Buffer {
  return bookWith({
    'META-INF/container.xml': CONTAINER,
    'fonts/a.otf': 'font',
    'META-INF/encryption.xml': `<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">
<enc:EncryptedData><enc:EncryptionMethod Algorithm="${algorithm}"/><enc:CipherData><enc:CipherReference URI="${path}"/></enc:CipherData></enc:EncryptedData></encryption>`,
    ...files,
  })
}
