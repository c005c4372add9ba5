import { createHash } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'
import sharp from 'sharp'

/** What a made book is like. Everything has a default but the title. */
export type EpubOptions = {
  title: string
  /** Names, or names with a sort name and a MARC role; none by default. */
  authors?: (string | { name: string; sortName?: string; role?: string })[]
  series?: { name: string; index?: number }
  language?: string
  version?: 2 | 3
  /** How many chapters, or the XHTML inside the body of each; 2 by default. */
  chapters?: number | string[]
  /** The bytes of an image, or `jpeg` for one drawn from the seed. */
  cover?: Buffer | 'jpeg'
  /** How the book tells its cover; the way of its version by default. */
  coverStyle?: 'epub2' | 'epub3' | 'guide' | 'first-page'
  /** XML put into the metadata as it is. */
  extraMetadata?: string
  /** Whether the chapters hold the spans of a KEPUB. */
  kepub?: boolean
  /** Two books with the same title and another seed differ in identifier and text. */
  seed?: number | string
  /** Entries to add, or to put in the place of those that are made. */
  files?: Record<string, string | Buffer>
  /** Names of entries to leave out. */
  omit?: string[]
}

/** The bytes of a small, valid EPUB: the same options make the same bytes. */
export async function makeEpub(options: EpubOptions): Promise<Buffer> {
  const seed = String(options.seed ?? '')
  const cover = options.cover === 'jpeg' ? await makeCover(seed) : options.cover
  const files = new Map<string, string | Buffer>([
    ['mimetype', 'application/epub+zip'],
    ['META-INF/container.xml', CONTAINER],
  ])
  const book = describe(options, cover, seed)
  files.set('OEBPS/content.opf', packageDocument(book))
  files.set(...navigation(book))
  for (const chapter of book.chapters) files.set(`OEBPS/${chapter.name}`, chapter.xhtml)
  if (book.coverPage !== undefined) files.set('OEBPS/cover.xhtml', book.coverPage)
  if (cover !== undefined) files.set(`OEBPS/${book.coverName}`, cover)
  for (const [name, content] of Object.entries(options.files ?? {})) files.set(name, content)
  for (const name of options.omit ?? []) files.delete(name)
  return makeZip([...files].map(([name, content]) => ({ name, content })))
}

/** A plain JPEG of 600 by 800 pixels whose colour comes from the seed. */
export async function makeCover(seed: number | string = ''): Promise<Buffer> {
  const [r = 0, g = 0, b = 0] = createHash('sha256').update(`cover ${seed}`).digest()
  return await sharp({ create: { width: 600, height: 800, channels: 3, background: { r, g, b } } })
    .jpeg({ quality: 60 })
    .toBuffer()
}

/** One entry of a made archive. The last three tell lies about it, for tests of the reader. */
export type ZipEntry = {
  name: string
  content: string | Buffer
  /** Not compressed; so are `mimetype` and images without being asked. */
  stored?: boolean
  claimedSize?: number
  claimedCrc?: number
  encrypted?: boolean
}

/** A ZIP archive of these entries in this order, all dated 1 January 1980. */
export function makeZip(entries: ZipEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = Buffer.from(entry.content)
    const stored = entry.stored ?? (entry.name === 'mimetype' || /\.(jpg|png)$/u.test(entry.name))
    const data = stored ? content : deflateRawSync(content)
    const header = Buffer.alloc(26)
    header.writeUInt16LE(20, 0)
    header.writeUInt16LE(UTF8_NAMES | (entry.encrypted === true ? 1 : 0), 2)
    header.writeUInt16LE(stored ? 0 : 8, 4)
    header.writeUInt16LE(FIRST_DOS_DAY, 8)
    header.writeUInt32LE(entry.claimedCrc ?? crc32(content), 10)
    header.writeUInt32LE(data.length, 14)
    header.writeUInt32LE(entry.claimedSize ?? content.length, 18)
    header.writeUInt16LE(name.length, 22)
    bodies.push(Buffer.from('PK\u0003\u0004'), header, name, data)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\u0001\u0002\u0014\0'), header, rest, name)
    offset += 30 + name.length + data.length
  }
  const table = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\u0005\u0006')
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(table.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, table, end])
}

const UTF8_NAMES = 0x800
const FIRST_DOS_DAY = 0x21

const CONTAINER =
  '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>' +
  '<rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'

type MadeBook = {
  options: EpubOptions
  version: 2 | 3
  identifier: string
  chapters: { name: string; title: string; xhtml: string }[]
  coverStyle: NonNullable<EpubOptions['coverStyle']> | undefined
  coverName: string
  coverPage: string | undefined
}

function describe(options: EpubOptions, cover: Buffer | undefined, seed: string): MadeBook {
  const version = options.version ?? 3
  const isPng = cover?.subarray(1, 4).toString('latin1') === 'PNG'
  const coverName = isPng ? 'cover.png' : 'cover.jpg'
  const coverStyle =
    cover === undefined ? undefined : (options.coverStyle ?? (version === 3 ? 'epub3' : 'epub2'))
  const hasPage = coverStyle === 'guide' || coverStyle === 'first-page'
  return {
    options,
    version,
    identifier: uuid(`${options.title}\n${seed}`),
    chapters: chapters(options, seed),
    coverStyle,
    coverName,
    coverPage: hasPage
      ? page('Cover', `<div><img src="${coverName}" alt="Cover"/></div>`)
      : undefined,
  }
}

function chapters(options: EpubOptions, seed: string): MadeBook['chapters'] {
  const wanted = options.chapters ?? 2
  const bodies =
    typeof wanted === 'number'
      ? Array.from({ length: wanted }, (_, index) => body(options, seed, index + 1))
      : wanted
  return bodies.map((inner, index) => {
    const title = `Chapter ${index + 1}`
    return { name: `chapter-${index + 1}.xhtml`, title, xhtml: page(title, inner) }
  })
}

function body(options: EpubOptions, seed: string, number: number): string {
  const sentences = [
    `This is chapter ${number} of ${options.title}.`,
    `It was printed in the edition “${seed}”.`,
    'Nothing else happens in it.',
  ]
  const text = sentences.map((sentence, index) =>
    options.kepub === true
      ? `<span class="koboSpan" id="kobo.1.${index + 1}">${escape(sentence)} </span>`
      : `${escape(sentence)} `,
  )
  return `<h1>Chapter ${number}</h1><p>${text.join('')}</p>`
}

function page(title: string, inner: string): string {
  return (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">' +
    `<head><title>${escape(title)}</title></head><body>${inner}</body></html>`
  )
}

function packageDocument(book: MadeBook): string {
  const { options, version, coverStyle, coverName } = book
  const type = coverName.endsWith('png') ? 'image/png' : 'image/jpeg'
  const manifest = [
    version === 3
      ? '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
      : '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
    ...book.chapters.map(
      ({ name }, index) =>
        `<item id="c${index + 1}" href="${name}" media-type="application/xhtml+xml"/>`,
    ),
  ]
  const marked = coverStyle === 'epub3' ? ' properties="cover-image"' : ''
  if (coverStyle !== undefined) {
    manifest.push(`<item id="picture" href="${coverName}" media-type="${type}"${marked}/>`)
  }
  if (book.coverPage !== undefined) {
    manifest.push('<item id="front" href="cover.xhtml" media-type="application/xhtml+xml"/>')
  }
  const spine = book.chapters.map((_, index) => `<itemref idref="c${index + 1}"/>`)
  if (coverStyle === 'first-page') spine.unshift('<itemref idref="front"/>')
  const guide = '<guide><reference type="cover" title="Cover" href="cover.xhtml"/></guide>'
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<package xmlns="http://www.idpf.org/2007/opf" version="${version}.0" unique-identifier="id">`,
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">',
    ...metadata(book),
    options.extraMetadata ?? '',
    `</metadata><manifest>${manifest.join('\n')}</manifest>`,
    `<spine${version === 2 ? ' toc="ncx"' : ''}>${spine.join('')}</spine>`,
    coverStyle === 'guide' ? guide : '',
    '</package>',
  ].join('\n')
}

function metadata({ options, version, identifier, coverStyle }: MadeBook): string[] {
  const lines = [
    `<dc:identifier id="id">urn:uuid:${identifier}</dc:identifier>`,
    `<dc:title>${escape(options.title)}</dc:title>`,
    `<dc:language>${escape(options.language ?? 'en')}</dc:language>`,
  ]
  for (const [index, author] of (options.authors ?? []).entries()) {
    const { name, sortName, role = 'aut' } = typeof author === 'string' ? { name: author } : author
    if (version === 2) {
      const sort = sortName === undefined ? '' : ` opf:file-as="${escape(sortName)}"`
      lines.push(`<dc:creator opf:role="${role}"${sort}>${escape(name)}</dc:creator>`)
      continue
    }
    lines.push(`<dc:creator id="a${index}">${escape(name)}</dc:creator>`)
    lines.push(refining(`a${index}`, 'role', role))
    if (sortName !== undefined) lines.push(refining(`a${index}`, 'file-as', sortName))
  }
  lines.push(...seriesMetadata(options, version))
  if (version === 3) lines.push('<meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>')
  if (coverStyle === 'epub2') lines.push('<meta name="cover" content="picture"/>')
  return lines
}

function seriesMetadata({ series }: EpubOptions, version: 2 | 3): string[] {
  if (series === undefined) return []
  const { name, index } = series
  if (version === 2) {
    const place = `<meta name="calibre:series_index" content="${index}"/>`
    return [
      `<meta name="calibre:series" content="${escape(name)}"/>`,
      index === undefined ? '' : place,
    ]
  }
  return [
    `<meta property="belongs-to-collection" id="s">${escape(name)}</meta>`,
    refining('s', 'collection-type', 'series'),
    index === undefined ? '' : refining('s', 'group-position', String(index)),
  ]
}

function refining(id: string, property: string, value: string): string {
  return `<meta refines="#${id}" property="${property}">${escape(value)}</meta>`
}

function navigation(book: MadeBook): [string, string] {
  if (book.version === 3) {
    const links = book.chapters.map(({ name, title }) => `<li><a href="${name}">${title}</a></li>`)
    const list = `<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc"><ol>${links.join('')}</ol></nav>`
    return ['OEBPS/nav.xhtml', page('Contents', list)]
  }
  const points = book.chapters.map(
    ({ name, title }, index) =>
      `<navPoint id="n${index + 1}" playOrder="${index + 1}"><navLabel><text>${title}</text></navLabel><content src="${name}"/></navPoint>`,
  )
  return [
    'OEBPS/toc.ncx',
    `<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head><meta name="dtb:uid" content="urn:uuid:${book.identifier}"/></head>` +
      `<docTitle><text>${escape(book.options.title)}</text></docTitle><navMap>${points.join('')}</navMap></ncx>`,
  ]
}

/** A UUID of version 8 (RFC 9562, 5.8) made from a hash, so that it is the same each time. */
function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
