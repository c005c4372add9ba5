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
  const heard = { bytes: Buffer.alloc(0), over: false }
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const each of waiting) each()
    waiting.clear()
  }
  socket.on('data', (chunk: Buffer) => {
    heard.bytes = Buffer.concat([heard.bytes, chunk])
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
      for (;;) {
        const found = readAnswer(heard.bytes, method, heard.over)
        if (found) {
          heard.bytes = heard.bytes.subarray(found.length)
          return found.answer
        }
        if (heard.over) throw new Error(`The connection ended after: ${shown(heard.bytes)}`)
        await more()
      }
    },
    async begins() {
      while (!heard.over && heard.bytes.length === 0) await more()
    },
    async closed() {
      while (!heard.over) await more()
      return heard.bytes.toString('latin1')
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => hangUp(socket),
  }
}

function hangUp(socket: Socket): void {
  socket.resetAndDestroy()
}

/** The first answer in these bytes and its length, or undefined while it is not complete. */
function readAnswer(
  bytes: Buffer,
  method: string,
  over: boolean,
): { answer: RawAnswer; length: number } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
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
  if (size === undefined && !over) return undefined
  const stop = start + (size ?? bytes.length - start)
  if (bytes.length < stop) return undefined
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
