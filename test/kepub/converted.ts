import { closeSync, fstatSync, openSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertEpub } from '../../src/kepub/convert.ts'
import type { Conversion } from '../../src/kepub/convert.ts'
import { windowOf } from '../../src/kepub/file-window.ts'
import { openZip, readEntry } from '../../src/kepub/zip-read.ts'
import type { ZipEntry } from '../../src/kepub/zip-read.ts'
import { makeZip } from '../support/make-epub.ts'

/** A book after converting, with the output in memory. */
export type Converted = {
  conversion: Conversion
  bytes: Buffer
  entries: ZipEntry[]
  names: string[]
  /** The content of an entry. */
  content: (name: string) => Buffer
  text: (name: string) => string
}

/** Converts the bytes of a book, with the check of the output by itself. */
export async function converted(source: Buffer): Promise<Converted> {
  return await inFolder(async (folder) => {
    const input = join(folder, 'in.epub')
    const output = join(folder, 'out.kepub.epub')
    await writeFile(input, source)
    const conversion = await convertEpub(input, output, { selfCheck: true })
    return { conversion, ...opened(output), bytes: await readFile(output) }
  })
}

/** The entries of an archive, all read. */
export function opened(path: string): Omit<Converted, 'conversion' | 'bytes'> {
  const fd = openSync(path, 'r')
  try {
    const archive = openZip(windowOf(fd, fstatSync(fd).size))
    const contents = new Map(
      archive.entries.map((entry) => [entry.name, readEntry(archive, entry, 1e9)]),
    )
    const content = (name: string): Buffer => {
      const found = contents.get(name)
      if (found === undefined)
        throw new Error(`there is no ${name} among ${[...contents.keys()].join(', ')}`)
      return found
    }
    return {
      entries: archive.entries,
      names: archive.entries.map(({ name }) => name),
      content,
      text: (name) => content(name).toString('utf8'),
    }
  } finally {
    closeSync(fd)
  }
}

/** Runs `work` with a temporary folder, which is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kepub-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** An XHTML document around `body`. */
export function xhtml(body: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>T</title></head><body>${body}</body></html>`
}

/** A package document with these parts. */
export function opf(manifest: string, spine: string, metadata = '', rest = ''): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="2.0" unique-identifier="id">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
    <dc:title>A book</dc:title>${metadata}
  </metadata>
  <manifest>
    ${manifest}
  </manifest>
  <spine>
    ${spine}
  </spine>${rest}
</package>
`
}

/** A container.xml that names the package document. */
export function container(path: string): string {
  return `<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="${path}" media-type="application/oebps-package+xml"/></rootfiles></container>`
}

/** The bytes of a book with these entries; a container.xml for `content.opf` unless they have their own. */
export function book(files: Record<string, string | Buffer>): Buffer {
  const all: Record<string, string | Buffer> = {
    mimetype: 'application/epub+zip',
    'META-INF/container.xml': container('content.opf'),
    ...files,
  }
  return makeZip(Object.entries(all).map(([name, content]) => ({ name, content })))
}

/** A manifest and spine with one page, `page.xhtml`. */
export const ONE_PAGE = {
  manifest: '<item id="p" href="page.xhtml" media-type="application/xhtml+xml"/>',
  spine: '<itemref idref="p"/>',
}

/** Its page, which has one sentence. */
export const PAGE = { 'page.xhtml': xhtml('<p>A.</p>') }

/** A manifest entry of a picture. */
export const JPEG = '<item id="pic" href="a.jpg" media-type="image/jpeg"/>'

/** What is made of the package document of a book with that page and two pictures, `a.jpg` and `b.jpg`. */
export async function packageOf(
  text: string | Buffer,
  files: Record<string, string> = {},
): Promise<string> {
  const all = { 'content.opf': text, ...PAGE, 'a.jpg': 'jpeg', 'b.jpg': 'jpeg', ...files }
  return (await converted(book(all))).text('content.opf')
}
