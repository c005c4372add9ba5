import { makeZip } from '../support/make-epub.ts'

/**
 * Three small books whose bytes are the same on every machine: nothing in them is compressed. Their ids, which come from their
 * hashes, stand in the captures, and so do the hashes of the KEPUBs that are made of them.
 */
export function bookFile(name: BookName): Buffer {
  return epub(METADATA[name], name === 'emma')
}

export type BookName = 'emma' | 'kokoro' | 'beowulf'

function epub(metadata: string, withCover = false): Buffer {
  const files: [string, string | Buffer][] = [
    ['mimetype', 'application/epub+zip'],
    ['META-INF/container.xml', CONTAINER],
    ['OEBPS/content.opf', packageDocument(metadata, withCover)],
    ['OEBPS/nav.xhtml', NAVIGATION],
    ['OEBPS/one.xhtml', CHAPTER],
    ...(withCover ? [['OEBPS/cover.jpg', BLUE] as [string, Buffer]] : []),
  ]
  return makeZip(files.map(([name, content]) => ({ name, content, stored: true })))
}

function packageDocument(metadata: string, withCover: boolean): string {
  const cover = '<item id="c" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>'
  return `<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">${metadata}
    <meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="one" href="one.xhtml" media-type="application/xhtml+xml"/>
    ${withCover ? cover : ''}
  </manifest>
  <spine><itemref idref="one"/></spine>
</package>
`
}

const CONTAINER = `<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
`

const NAVIGATION = `<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">
  <head><title>Contents</title></head>
  <body><nav epub:type="toc"><ol><li><a href="one.xhtml">One</a></li></ol></nav></body>
</html>
`

const CHAPTER = `<html xmlns="http://www.w3.org/1999/xhtml">
  <head><title>One</title></head>
  <body><p>It begins.</p></body>
</html>
`

/** A JPEG of 60 by 90 pixels, all of one blue. */
const BLUE = Buffer.from(
  '/9j/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhlbXd7gYKBTmCNl4x9lnN+gXz/2wBDARUXFx4a' +
    'HjshITt8U0ZTfHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHx8fHz/wAARCABaADwDASIAAhEBAxEB/8QA' +
    'FQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAAAAT/xAAUEQEAAAAAAAAAAAAA' +
    'AAAAAAAA/9oADAMBAAIRAxEAPwCYAtSAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP/Z',
  'base64',
)

const METADATA: Record<BookName, string> = {
  emma: `
    <dc:title>Emma</dc:title>
    <dc:creator id="a">Jane Austen</dc:creator>
    <dc:language>en-GB</dc:language>
    <dc:publisher>John Murray</dc:publisher>
    <dc:date>1815-12-23</dc:date>
    <dc:identifier id="id">urn:isbn:9780141439587</dc:identifier>
    <dc:description>&lt;p&gt;Handsome, clever, and rich.&lt;/p&gt;</dc:description>
    <meta property="belongs-to-collection" id="s">Highbury</meta>
    <meta refines="#s" property="collection-type">series</meta>
    <meta refines="#s" property="group-position">1.5</meta>`,
  kokoro: `
    <dc:title>こゝろ</dc:title>
    <dc:creator id="a">夏目 漱石</dc:creator>
    <dc:language>ja</dc:language>
    <dc:identifier id="id">urn:uuid:2d3a9f51-0c8d-4e57-8d55-6d1a57f0c6b2</dc:identifier>`,
  beowulf: `
    <dc:title>Beowulf</dc:title>
    <dc:language>und</dc:language>
    <dc:identifier id="id">urn:uuid:9b3c6a10-5f2e-4f0b-9a34-2f1f4f6f7a01</dc:identifier>`,
}
