/** The most bytes (UTF-8) of one folder or file name, its ending not counted. */
export const COMPONENT_BYTES = 120

/**
 * Where a book lives in the library: a folder for its first author and a name without an ending. Both are safe on
 * Linux, macOS and Windows, in NFC, never empty and at most COMPONENT_BYTES long.
 */
export function libraryPath(book: { authors: string[]; title: string }): {
  folder: string
  name: string
} {
  return {
    folder: component(book.authors[0] ?? '', 'Unknown author'),
    name: component(book.title, 'Untitled'),
  }
}

/** The n-th name for books that would share one: `Title`, `Title (2)`, `Title (3)` … */
export function numbered(name: string, n: number): string {
  if (n <= 1) return name
  const suffix = ` (${n})`
  return `${cut(name, COMPONENT_BYTES - suffix.length)}${suffix}`
}

/**
 * A key that is the same for two paths that a disk may take for one: disks of macOS and Windows ignore case, and
 * macOS also how accents are written.
 */
export function pathKey(path: string): string {
  return path.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC')
}

function component(text: string, otherwise: string): string {
  const plain = text
    .slice(0, TEXT_LIMIT)
    .toWellFormed()
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(INVISIBLE, '')
    .replace(/ ?: ?/gu, ' - ')
    .replace(/[/\\|]/gu, '-')
    .replaceAll('"', "'")
    .replace(/[<>?*]/gu, '')
    .replace(/\s+/gu, ' ')
    .normalize('NFC')
  const cutToFit = cut(unreserved(trimmed(plain)), COMPONENT_BYTES)
  return cutToFit === '' ? otherwise : cutToFit
}

/** What lies behind this many UTF-16 units is cut off in any case. */
const TEXT_LIMIT = 2_000

/** Controls, bidirectional controls, separators of lines, other invisible marks, and what is no character at all. */
const INVISIBLE =
  /[\p{Cc}\p{Noncharacter_Code_Point}\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFFD]/gu

/** A leading dot hides a file; Windows drops dots and spaces at the end. */
function trimmed(name: string): string {
  return name.replace(/^[. ]+|[. ]+$/gu, '')
}

/** Windows takes these names for devices, whatever follows their first dot. */
function unreserved(name: string): string {
  return name.replace(/^(con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?=\.|$)/iu, '$1_')
}

/** Cuts between characters as people see them, so that no accent is parted from its letter. */
function cut(name: string, bytes: number): string {
  if (Buffer.byteLength(name) <= bytes) return name
  let end = 0
  let room = bytes
  for (const { segment, index } of graphemes.segment(name)) {
    room -= Buffer.byteLength(segment)
    if (room < 0) break
    end = index + segment.length
  }
  return trimmed(name.slice(0, end))
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
