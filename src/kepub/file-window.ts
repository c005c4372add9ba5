import { readSync } from 'node:fs'

/** Reads a file by its descriptor in windows, so that many small reads in rising order cost few calls. */
export interface FileWindow {
  readonly fd: number
  /** The length of the file, in bytes. */
  readonly size: number
  /** The bytes at `offset`, valid until the next read; fewer than `length` at the end of the file. */
  read(offset: number, length: number): Buffer
}

/** Opens a window on a file that the caller has opened, and closes. It is small after a jump, and grows as reading goes on from there. */
export function windowOf(fd: number, size: number): FileWindow {
  const window = Buffer.allocUnsafe(WINDOW)
  let start = 0
  let end = 0
  let ahead = FIRST
  function fill(into: Buffer, offset: number): number {
    let filled = 0
    while (filled < into.length) {
      const got = readSync(fd, into, filled, into.length - filled, offset + filled)
      if (got === 0) break
      filled += got
    }
    return filled
  }
  return {
    fd,
    size,
    read(offset, length) {
      if (length > WINDOW) {
        const large = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - offset)))
        return large.subarray(0, fill(large, offset))
      }
      if (offset < start || offset + length > end) {
        const goesOn = offset >= start && offset <= end + ahead
        ahead = goesOn ? Math.min(ahead * 2, WINDOW) : FIRST
        start = offset
        end = offset + fill(window.subarray(0, Math.max(ahead, length)), offset)
      }
      return window.subarray(offset - start, Math.min(offset + length, end) - start)
    },
  }
}

const FIRST = 4 * 1024
const WINDOW = 256 * 1024
