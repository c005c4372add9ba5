/**
 * One line of text from a book, made fit to store and show: NFC, control characters removed, runs of white space
 * made one space, trimmed, and at most `limit` UTF-16 units long. Text with nothing in it is null.
 */
export function cleanLine(text: string | undefined, limit: number): string | null {
  if (text === undefined) return null
  const line = wellFormed(text.slice(0, limit * ROOM_FOR_SPACE))
    .replace(/\s+/gu, ' ')
    .replace(CONTROLS, '')
    .trim()
  return cut(line, limit).trim() || null
}

/** As cleanLine, but the word that programs write for what they do not know is null too. */
export function knownLine(text: string | undefined, limit: number): string | null {
  const line = cleanLine(text, limit)
  return line?.toLowerCase() === 'unknown' ? null : line
}

/** Text of several lines from a book: as cleanLine, but its white space is kept (line ends are `\n`). */
export function cleanLines(text: string | undefined, limit: number): string | null {
  if (text === undefined) return null
  const lines = wellFormed(text.slice(0, limit))
    .replace(/\r\n?/gu, '\n')
    .replace(CONTROLS_BUT_SPACE, '')
    .trim()
  return cut(lines, limit).trim() || null
}

/** Indented XML may hold many times more white space than words: this much is looked at. */
const ROOM_FOR_SPACE = 10

const CONTROLS = /[\p{Cc}\p{Noncharacter_Code_Point}\uFEFF]/gu
const CONTROLS_BUT_SPACE = /(?![\n\t])[\p{Cc}\p{Noncharacter_Code_Point}\uFEFF]/gu

function wellFormed(text: string): string {
  return text.toWellFormed().normalize('NFC')
}

/** Cuts without halving a surrogate pair. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  const last = text.charCodeAt(limit - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit)
}
