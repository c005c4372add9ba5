import { createHash } from 'node:crypto'
import { readSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { NotConvertible } from './not-convertible.ts'
import type { PlannedZip } from './zip-write.ts'

/**
 * Writes the pieces of an archive to a file, taking ranges from the open file `source`. Answers the SHA-256 of what was
 * written, in hexadecimal. Chunks take turns: while one is read and hashed, the pool writes those before. Reading stays
 * with the hashing, since bytes that another core has read must come from there again.
 */
export async function writePieces(
  file: FileHandle,
  { size, pieces }: PlannedZip,
  source: number,
): Promise<string> {
  const hash = createHash('sha256')
  const length = Math.min(CHUNK, size)
  const count = Math.ceil(size / length)
  const spare: Promise<Buffer>[] = Array.from({ length: Math.min(CHUNKS, count) }, () =>
    Promise.resolve(Buffer.allocUnsafe(length)),
  )
  const fill = fillerOf(pieces, source)
  try {
    for (let turn = 0; turn < count; turn += 1) {
      const full = fill((await spare.shift()) ?? Buffer.allocUnsafe(length))
      const writing = writeWhole(file, full, turn * length)
      // It is looked at when the chunk is needed again; until then nobody else does.
      writing.catch(() => undefined)
      spare.push(writing)
      hash.update(full)
    }
    await Promise.all(spare)
  } finally {
    // The file is closed next, so nothing may still be under way.
    await Promise.allSettled(spare)
  }
  return hash.digest('hex')
}

const CHUNK = 1024 * 1024
const CHUNKS = 4

/** Answers a function that fills a chunk with what comes next, and returns the filled part of it. */
function fillerOf(pieces: PlannedZip['pieces'], source: number): (chunk: Buffer) => Buffer {
  let index = 0
  let done = 0
  return (chunk) => {
    let filled = 0
    for (let piece = pieces[index]; piece !== undefined && filled < chunk.length;) {
      const room = Math.min(piece.length - done, chunk.length - filled)
      if (Buffer.isBuffer(piece)) piece.copy(chunk, filled, done, done + room)
      else readWhole(source, chunk.subarray(filled, filled + room), piece.offset + done)
      filled += room
      done += room
      if (done < piece.length) continue
      index += 1
      done = 0
      piece = pieces[index]
    }
    return chunk.subarray(0, filled)
  }
}

function readWhole(source: number, into: Buffer, offset: number): void {
  for (let done = 0; done < into.length;) {
    const got = readSync(source, into, done, into.length - done, offset + done)
    if (got === 0) throw new NotConvertible('The file became shorter while it was read.')
    done += got
  }
}

/** Writes a chunk at its place, and answers it when it may be filled again. */
async function writeWhole(file: FileHandle, chunk: Buffer, at: number): Promise<Buffer> {
  for (let done = 0; done < chunk.length;)
    done += (await file.write(chunk, done, chunk.length - done, at + done)).bytesWritten
  return chunk
}
