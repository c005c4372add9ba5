import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { windowOf } from './file-window.ts'
import type { FileWindow } from './file-window.ts'
import type { SpanMap } from './span-map.ts'
import { openZip, readEntry } from './zip-read.ts'
import type { ZipArchive } from './zip-read.ts'

/** What an output is said to be. */
interface Said {
  kind: string
  size: number
  sha256: string
  documents: { name: string; spans: SpanMap }[]
}

/**
 * Reads a converted book again. Throws an error, since that is a bug, when the file is not as long as was said or has
 * another hash, when one of its entries is damaged, or when the spans of a document are not those of its map.
 */
export function checkOutput(path: string, said: Said): void {
  const fd = openSync(path, 'r')
  try {
    const file = windowOf(fd, fstatSync(fd).size)
    if (file.size !== said.size) throw new Error('the output is not as long as was said')
    if (hashOf(file) !== said.sha256) throw new Error('the output is not what was written')
    if (said.kind === 'converted') checkEntries(openZip(file), said)
  } finally {
    closeSync(fd)
  }
}

const CHUNK = 256 * 1024

function hashOf(file: FileWindow): string {
  const hash = createHash('sha256')
  for (let at = 0; at < file.size; at += CHUNK)
    hash.update(file.read(at, Math.min(CHUNK, file.size - at)))
  return hash.digest('hex')
}

function checkEntries(archive: ZipArchive, said: Said): void {
  const maps = new Map(said.documents.map(({ name, spans }) => [name, spans]))
  for (const entry of archive.entries) {
    const content = readEntry(archive, entry, Number.MAX_SAFE_INTEGER)
    const spans = maps.get(entry.name)
    if (spans !== undefined && spanIds(content) !== idsOf(spans))
      throw new Error(`the spans of ${entry.name} are not those of its map`)
  }
}

function spanIds(content: Buffer): string {
  const ids = content.toString('latin1').matchAll(/class="koboSpan" id="kobo\.(\d+\.\d+)"/gu)
  return Array.from(ids, ([, id]) => id).join(' ')
}

function idsOf({ paras, segs }: SpanMap): string {
  return Array.from(paras, (para, index) => `${para}.${segs[index]}`).join(' ')
}
