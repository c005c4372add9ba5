import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** One answer as it came over the wire. */
export type RawAnswer = {
  version: string
  status: number
  /** Names in small letters. */
  headers: Map<string, string>
  /** Bytes of the status line and all header lines. */
  headerBytes: number
  body: Buffer
}

/** A connection on which bytes are sent as they are, for what no ordinary library lets one send. */
export type RawConnection = {
  send(text: string | Buffer): void
  /** The next answer, whose body is as long as it says (none after HEAD). Fails when the connection ends before. */
  answer(method?: string): Promise<RawAnswer>
  /** Resolves when the first bytes of an answer are there. */
  begins(): Promise<void>
  /** Resolves when the server has closed the connection, with the bytes that were not read as an answer. */
  closed(): Promise<string>
  /** Lets the other side wait: nothing more is taken. */
  pause(): void
  /** Goes on taking. */
  resume(): void
  /** Breaks the connection off. */
  destroy(): void
}

/** Opens a connection to the server of this URL. */
export async function openRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  const heard = { chunks: new Array<Buffer>(), size: 0, over: false }
  /** All that was heard as one. To join it at every chunk would take seconds for a large file. */
  const bytes = (): Buffer => {
    heard.chunks = [Buffer.concat(heard.chunks)]
    return heard.chunks[0] ?? Buffer.alloc(0)
  }
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const each of waiting) each()
    waiting.clear()
  }
  socket.on('data', (chunk: Buffer) => {
    heard.chunks.push(chunk)
    heard.size += chunk.length
    wake()
  })
  socket.on('error', wake)
  socket.once('close', () => {
    heard.over = true
    wake()
  })
  const more = () => new Promise<void>((resolve) => void waiting.add(resolve))

  return {
    send: (text) => void socket.write(text),
    async answer(method = 'GET') {
      for (let needed = 0; ;) {
        if (heard.size >= needed || heard.over) {
          const found = readAnswer(bytes(), method, heard.over)
          if ('answer' in found) {
            heard.chunks = [bytes().subarray(found.length)]
            heard.size -= found.length
            return found.answer
          }
          needed = found.needed
        }
        if (heard.over) throw new Error(`The connection ended after: ${shown(bytes())}`)
        await more()
      }
    },
    async begins() {
      while (!heard.over && heard.size === 0) await more()
    },
    async closed() {
      while (!heard.over) await more()
      return bytes().toString('latin1')
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => hangUp(socket),
  }
}

function hangUp(socket: Socket): void {
  socket.resetAndDestroy()
}

/** The first answer in these bytes and its length, or how many bytes there must be until it may be complete. */
function readAnswer(
  bytes: Buffer,
  method: string,
  over: boolean,
): { answer: RawAnswer; length: number } | { needed: number } {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return { needed: bytes.length + 1 }
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const [version = '', status = ''] = first.split(' ')
  const headers = new Map(
    lines.map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const
    }),
  )
  const start = end + 4
  const length = headers.get('content-length')
  const none = method === 'HEAD' || /^(?:1\d\d|204|304)$/.test(status)
  const size = none ? 0 : length === undefined ? undefined : Number(length)
  if (size === undefined && !over) return { needed: Infinity }
  const stop = start + (size ?? bytes.length - start)
  if (bytes.length < stop) return { needed: stop }
  const answer = {
    version,
    status: Number(status),
    headers,
    headerBytes: start,
    body: bytes.subarray(start, stop),
  }
  return { answer, length: stop }
}

function shown(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 200).toString('latin1'))
}
