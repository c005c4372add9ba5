import { rawZip } from './raw-zip.ts'
import type { RawEntry } from './raw-zip.ts'

export const CONTAINER = `<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>`

export const PAGE =
  '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title></head><body><p>Words.</p></body></html>'

/** A package document around pieces of XML; the title is in `metadata`. */
export function opf(
  pieces: { metadata?: string; manifest?: string; spine?: string; before?: string } = {},
): string {
  return `${pieces.before ?? '<?xml version="1.0"?>'}
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">x</dc:identifier>
${pieces.metadata ?? '<dc:title>Book</dc:title>'}<dc:language>en</dc:language></metadata>
<manifest><item id="c" href="c.xhtml" media-type="application/xhtml+xml"/>${pieces.manifest ?? ''}</manifest>
<spine>${pieces.spine ?? ''}<itemref idref="c"/></spine></package>`
}

/** The entries of a small, sound book; those of the same name are replaced, others are added. */
export function entriesOf(files: Record<string, string | Buffer> = {}): RawEntry[] {
  const all = new Map<string, string | Buffer>([
    ['mimetype', 'application/epub+zip'],
    ['META-INF/container.xml', CONTAINER],
    ['content.opf', opf()],
    ['c.xhtml', PAGE],
    ...Object.entries(files),
  ])
  return [...all].map(([name, content]) => ({ name, content, stored: name === 'mimetype' }))
}

/** A small book of the files that `entriesOf` gives, with these entries behind them. */
export function bookWith(files: Record<string, string | Buffer> = {}, ...more: RawEntry[]): Buffer {
  return rawZip([...entriesOf(files), ...more])
}
