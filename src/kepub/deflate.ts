import { promisify } from 'node:util'
import { constants, deflateRaw, deflateRawSync } from 'node:zlib'

/**
 * Compresses bytes, raw as in archives (RFC 1951). The same bytes always give the same result. Few are compressed at once, and so are
 * others while the pool has enough to do for this thread; long ones are cut, and their parts compressed side by side on the pool.
 */
export function deflate(content: Buffer): Buffer | Promise<Buffer> {
  if (content.length < SMALL) return deflateSmall(content)
  if (content.length > PART) return deflateParts(content)
  const how = { level: LEVEL, chunkSize: half(content) }
  return onPool < ENOUGH ? counted(deflateAside(content, how)) : deflateRawSync(content, how)
}

/** Whether the pool compresses something for this thread, which then should let it say when that is done. */
export function isPoolBusy(): boolean {
  return onPool > 0
}

/** What the pool compresses for this thread, besides the parts of long contents. */
let onPool = 0

async function counted(compressing: Promise<Buffer>): Promise<Buffer> {
  onPool += 1
  try {
    return await compressing
  } finally {
    onPool -= 1
  }
}

async function deflateParts(content: Buffer): Promise<Buffer> {
  const parts: Promise<Buffer>[] = []
  for (let from = 0; from < content.length; from += PART) parts.push(deflatePart(content, from))
  return Buffer.concat(await Promise.all(parts))
}

/** Two steps below the usual one: nearly half the time, and two bytes in a hundred more of the text. */
const LEVEL = 4
/** Below this many bytes a trip to the pool costs more than the work. */
const SMALL = 4096
/** What the pool should have before it, so that it never waits for this thread. A trip there costs half as much as the work. */
const ENOUGH = 3
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
