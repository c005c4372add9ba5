/** A line of an INI file that means something, with where it stands in the text. */
export type ConfLine = ConfSection | ConfKey

/** The heading of a section. */
export interface ConfSection {
  kind: 'section'
  name: string
  start: number
  /** The offset after its line ending. */
  next: number
}

/** A key with its value. */
export interface ConfKey {
  kind: 'key'
  name: string
  /** The section it belongs to, or nothing for what stands before the first. */
  section: string
  start: number
  /** Where its value begins and ends, without the space around it. */
  valueStart: number
  valueEnd: number
  /** The offset after its line ending. */
  next: number
}

/**
 * The sections and keys of an INI file as Qt writes and reads them: a value may go on in the next line after a backslash
 * or within quotation marks, and a semicolon outside of them begins a comment.
 */
export function linesOfConf(text: string): ConfLine[] {
  const lines: ConfLine[] = []
  let section = ''
  for (let at = 0; at < text.length;) {
    const { end, next } = logicalLine(text, at)
    const start = at + leadingSpace(text.slice(at, end))
    const line = text.slice(start, end)
    const heading = /^\[([^\]]*)\]/u.exec(line)?.[1]
    if (heading !== undefined) {
      section = heading.trim()
      lines.push({ kind: 'section', name: section, start: at, next })
    } else if (line.includes('=')) {
      const equals = start + line.indexOf('=')
      const value = text.slice(equals + 1, end)
      const valueStart = equals + 1 + leadingSpace(value)
      const valueEnd = Math.max(valueStart, equals + 1 + value.trimEnd().length)
      const name = text.slice(start, equals).trim()
      lines.push({ kind: 'key', name, section, start: at, valueStart, valueEnd, next })
    }
    at = next
  }
  return lines
}

/** How lines of a file end, by the first that does. */
export function lineEndingOf(text: string): string {
  return /\r\n|\n|\r/u.exec(text)?.[0] ?? '\n'
}

/** Where the line that begins at `at` ends, before any comment, and where the next one begins. */
function logicalLine(text: string, at: number): { end: number; next: number } {
  let quoted = false
  let end: number | undefined
  for (let now = at; now < text.length; now += 1) {
    const unit = text[now]
    if (end === undefined && unit === '\\') now += text.startsWith('\r\n', now + 1) ? 2 : 1
    else if (end === undefined && unit === '"') quoted = !quoted
    else if (unit === ';' && !quoted) end ??= now
    else if (!quoted && (unit === '\n' || unit === '\r'))
      return { end: end ?? now, next: now + (text.startsWith('\r\n', now) ? 2 : 1) }
  }
  return { end: end ?? text.length, next: text.length }
}

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length
}
