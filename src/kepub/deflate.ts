import { promisify } from 'node:util'
import { constants, deflateRaw, deflateRawSync } from 'node:zlib'

/**
 * Compresses bytes, raw as in archives (RFC 1951). The same bytes always give the same result. Few are compressed at once; long
 * ones are cut, and their parts compressed side by side on the pool.
 */
export function deflate(content: Buffer): Buffer | Promise<Buffer> {
  return content.length < SMALL ? deflateSmall(content) : deflateLarge(content)
}

async function deflateLarge(content: Buffer): Promise<Buffer> {
  if (content.length <= PART)
    return await deflateAside(content, { level: LEVEL, chunkSize: half(content) })
  const parts: Promise<Buffer>[] = []
  for (let from = 0; from < content.length; from += PART) parts.push(deflatePart(content, from))
  return Buffer.concat(await Promise.all(parts))
}

/** Two steps below the usual one: nearly half the time, and two bytes in a hundred more of the text. */
const LEVEL = 4
/** Below this many bytes a trip to the pool costs more than the work. */
const SMALL = 4096
/** Long enough that a cut costs next to nothing: its five bytes, and what one part learned of the others' frequencies. */
const PART = 256 * 1024
/** How far back a match may reach. */
const REACH = 32 * 1024

const deflateAside = promisify(deflateRaw)

/** Little memory to set up, and one piece for the result. */
function deflateSmall(content: Buffer): Buffer {
  return deflateRawSync(content, {
    level: LEVEL,
    windowBits: 12,
    memLevel: 5,
    chunkSize: content.length + 64,
  })
}

/** A part knows what stands before it, and ends at a whole byte without ending the stream, unless it is the last. */
async function deflatePart(content: Buffer, from: number): Promise<Buffer> {
  const to = Math.min(from + PART, content.length)
  const part = content.subarray(from, to)
  return await deflateAside(part, {
    level: LEVEL,
    chunkSize: half(part),
    ...(from > 0 && { dictionary: content.subarray(from - REACH, from) }),
    finishFlush: to < content.length ? constants.Z_SYNC_FLUSH : constants.Z_FINISH,
  })
}

/** The pool is asked once for each piece of the result, and text is more than halved: so one piece is enough. */
function half(content: Buffer): number {
  return Math.max(1_024, Math.ceil(content.length / 2))
}
