/** What a request wants of a file: all of it, the bytes `start` to `end` (both included), or bytes that it does not have. */
export type Wanted =
  | { part: 'all' }
  | { part: 'range'; start: number; end: number; suffix: boolean }
  | { part: 'none' }

/**
 * Reads a `Range` header for a file of `size` bytes (RFC 9110, section 14). One range of bytes is understood; several at once,
 * other units and nonsense mean the whole file, as the standard allows. `suffix` says that only "the last n" were asked for.
 */
export function wantedBytes(header: string | undefined, size: number): Wanted {
  const match = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '')
  const [, first = '', last = ''] = match ?? []
  if (!first && !last) return { part: 'all' }
  if (!first) {
    const length = Math.min(Number(last), size)
    if (length === 0) return { part: 'none' }
    return { part: 'range', start: size - length, end: size - 1, suffix: true }
  }
  const start = Number(first)
  if (last && Number(last) < start) return { part: 'all' }
  if (start >= size) return { part: 'none' }
  const end = last ? Math.min(Number(last), size - 1) : size - 1
  return { part: 'range', start, end, suffix: false }
}
