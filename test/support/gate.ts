import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as listenRaw, type Server, type Socket } from 'node:net'

/** A request on its way through a gate: its number there (from 1), its method and its path without the query. */
export type Passing = { n: number; method: string; path: string }

/** What stands between a Kobo and its house, and looks at each request and each answer. */
export type GateKeeper = {
  /** What it adds to the headers of every request, as a proxy does. */
  headers?: Record<string, string>
  /** Before a request goes on. What it returns is answered in the house's place. */
  before?: (passing: Passing) => Promise<Instead | undefined> | Instead | undefined
  /** When the house has answered and before the Kobo hears of it. `lose` breaks the connection off. */
  after?: (passing: Passing) => Promise<'lose' | 'tell'>
}

type Instead = { status: number; headers?: Record<string, string> }

export type Gate = { readonly url: string; close(): Promise<void> }

/** Opens a gate before the server at `to`. The caller closes it. */
export async function openGate(to: string, keeper: GateKeeper): Promise<Gate> {
  let count = 0
  const server = createServer((incoming, outgoing) => {
    const path = new URL(incoming.url ?? '/', to).pathname
    const passing = { n: ++count, method: incoming.method ?? '', path }
    pass(to, keeper, passing, incoming, outgoing).catch(() => outgoing.destroy())
  })
  const url = await opened(server)
  return { url, close: () => closed(server, () => server.closeAllConnections()) }
}

async function pass(
  to: string,
  keeper: GateKeeper,
  passing: Passing,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await bytesOf(incoming)
  const instead = await keeper.before?.(passing)
  if (instead) {
    outgoing.writeHead(instead.status, {
      'content-length': '0',
      connection: 'close',
      ...instead.headers,
    })
    outgoing.end()
    return
  }
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const { hostname, port } = new URL(to)
    const { method, url } = incoming
    const headers = { ...incoming.headers, ...keeper.headers }
    const sent = ask({ hostname, port, method, path: url, headers, agent: false }, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
  const told = await bytesOf(answer)
  if ((await keeper.after?.(passing)) === 'lose') {
    outgoing.destroy()
    return
  }
  // One connection for each request: a Kobo asks again by itself when a kept one was broken off.
  outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' }).end(told)
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) if (Buffer.isBuffer(chunk)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A wire to a server that can be cut. */
export type Wire = Gate & {
  /** Bytes that went over it in both directions. */
  passed(): number
  /** Cuts it after so many more bytes, in whichever direction; what is connected later is not cut. */
  cutAfter(bytes: number): void
}

/** Lays a wire to the server at `to`. The caller closes it. */
export async function layWire(to: string): Promise<Wire> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  let passed = 0
  let left = Infinity
  const server = listenRaw((near) => {
    const far = connect(Number(port), hostname)
    carry(near, far)
    carry(far, near)
  })

  function carry(from: Socket, to: Socket): void {
    sockets.add(from)
    from.once('error', () => to.destroy())
    from.once('close', () => {
      sockets.delete(from)
      to.end()
    })
    from.on('data', (chunk: Buffer) => {
      const going = chunk.subarray(0, left)
      passed += going.length
      left -= going.length
      const isCut = left === 0
      if (isCut) left = Infinity
      to.write(going, () => {
        if (!isCut) return
        from.destroy()
        to.destroy()
      })
    })
  }

  const url = await opened(server)
  return {
    url,
    passed: () => passed,
    cutAfter(bytes) {
      left = bytes
    },
    close: () =>
      closed(server, () => {
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function opened(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`)
    })
  })
}

function closed(server: Server, letGo: () => void): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    letGo()
  })
}
