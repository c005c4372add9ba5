import { open, type FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { contentDisposition } from './content-disposition.ts'
import { wantedBytes } from './byte-range.ts'

/** A file that never changes. */
export type ServedFile = {
  /** Absolute. */
  path: string
  /** Bytes; exactly what is announced and sent. */
  size: number
  /** Names the content for ever: it becomes the ETag. ASCII without quotes. */
  hash: string
  type: string
  /** Given for a download: the title and the extension, with its dot, of the name it is saved under. */
  name?: { title: string; extension: string }
}

/** Who hears how a delivery ended: exactly one of the two is called, once, for every answer that carries bytes. */
export type Delivery = {
  /** The last byte of the file was handed over, by an answer with the whole file or with the rest of it. */
  completed?: () => void
  /**
   * The delivery broke off (`cut`), or was a part that does not reach the end, or only a look at the end (a suffix range).
   */
  aborted?: (cut: boolean) => void
  /** The response of the Node server, where there is one: "handed over" then means handed over to the network. */
  outgoing?: ServerResponse | undefined
}

const CHUNK = 128 * 1024

/**
 * Answers GET and HEAD for an immutable file (RFC 9110): `Range` with one range (206, 416), `If-Range`, `If-None-Match` (304), always an
 * exact `Content-Length`. The file is opened when the first byte is asked for, read as fast as the reader takes it, and closed in every case.
 */
export function serveFile(
  request: { method: string; headers: Headers },
  file: ServedFile,
  delivery: Delivery = {},
): Response {
  const etag = `"${file.hash}"`
  const headers = new Headers({
    etag,
    'accept-ranges': 'bytes',
    'cache-control': 'private, max-age=31536000, immutable',
  })
  if (names(request.headers.get('if-none-match'), etag))
    return new Response(null, { status: 304, headers })

  headers.set('content-type', file.type)
  if (file.name)
    headers.set('content-disposition', contentDisposition(file.name.title, file.name.extension))
  if (request.method === 'HEAD') {
    headers.set('content-length', String(file.size))
    return new Response(null, { headers })
  }

  const unchanged = [null, etag].includes(request.headers.get('if-range'))
  const wanted = wantedBytes(
    unchanged ? (request.headers.get('range') ?? undefined) : undefined,
    file.size,
  )
  if (wanted.part === 'none') {
    headers.delete('content-disposition')
    headers.set('content-range', `bytes */${file.size}`)
    headers.set('content-length', '0')
    return new Response(null, { status: 416, headers })
  }

  const range = wanted.part === 'range' ? wanted : { start: 0, end: file.size - 1, suffix: false }
  headers.set('content-length', String(range.end + 1 - range.start))
  if (wanted.part === 'range')
    headers.set('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
  const toTheEnd = range.end === file.size - 1 && !range.suffix
  const ended = outcome(delivery, toTheEnd)
  return new Response(bytesOf(file.path, range.start, range.end + 1, ended), {
    status: wanted.part === 'range' ? 206 : 200,
    headers,
  })
}

/** Whether an `If-None-Match` header names this entity. */
function names(header: string | null, etag: string): boolean {
  if (!header) return false
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === etag)
}

/** Turns the end of the stream, and of the connection where there is one, into one call of the delivery. */
function outcome(delivery: Delivery, toTheEnd: boolean): (allRead: boolean) => void {
  const { outgoing } = delivery
  let allRead = false
  let told = false
  const tell = (handedOver: boolean): void => {
    if (told) return
    told = true
    if (handedOver && toTheEnd) delivery.completed?.()
    else delivery.aborted?.(!handedOver)
  }
  if (outgoing) {
    outgoing.once('close', () => tell(allRead && outgoing.writableFinished))
    if (outgoing.closed) tell(false)
  }
  return (all) => {
    allRead = all
    if (!outgoing || !all) tell(all)
  }
}

/** The bytes from `start` up to, not including, `end`, read only as they are taken. `ended` hears whether all were. */
function bytesOf(
  path: string,
  start: number,
  end: number,
  ended: (allRead: boolean) => void,
): ReadableStream<Uint8Array> {
  let handle: FileHandle | undefined
  let position = start
  let cancelled = false
  const next = async (): Promise<Buffer | undefined> => {
    if (position >= end) return undefined
    handle ??= await open(path)
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, end - position))
    const { bytesRead } = cancelled
      ? { bytesRead: 0 }
      : await handle.read(chunk, 0, chunk.length, position)
    if (bytesRead === 0 && !cancelled) throw new Error('The file is shorter than it was announced.')
    position += bytesRead
    return chunk.subarray(0, bytesRead)
  }
  const finish = async (allRead: boolean): Promise<void> => {
    await handle?.close()
    ended(allRead)
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = await next()
          // A reader that left while the file was being opened or read finds the handle here.
          if (cancelled) await handle?.close()
          else if (chunk) controller.enqueue(chunk)
          else {
            await finish(true)
            controller.close()
          }
        } catch (error) {
          await finish(false)
          throw error
        }
      },
      async cancel() {
        cancelled = true
        await finish(false)
      },
    },
    { highWaterMark: 0 },
  )
}
