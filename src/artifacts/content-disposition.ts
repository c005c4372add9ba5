/** Longest title in a file name, in UTF-8 bytes after percent-encoding: all headers of an answer stay under 2 KB. */
const LONGEST = 600

/**
 * The `Content-Disposition` of a download named after a title: a plain ASCII name for old programs and the exact one in UTF-8
 * (RFC 6266). The title may hold anything; the extension, with its dot, is ours.
 */
export function contentDisposition(title: string, extension: string): string {
  const name = fileName(title)
  const ascii =
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^\x20-\x7e]/g, '_')
      .replace(/[%;]/g, '_') || 'book'
  return `attachment; filename="${ascii}${extension}"; filename*=UTF-8''${encoded(name)}${extension}`
}

/** The title without what file systems refuse or read as something else, cut between characters. */
function fileName(title: string): string {
  const clean = title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+/, '')
  let name = ''
  let length = 0
  for (const { segment } of new Intl.Segmenter().segment(clean)) {
    length += encoded(segment).length
    if (length > LONGEST) break
    name += segment
  }
  return name.replace(/[ .]+$/, '') || 'book'
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
