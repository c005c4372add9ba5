import { createServer, type RequestListener, type Server as HttpServer } from 'node:http'
import type { Config } from './config.ts'
import { keepRoom } from './connections.ts'
import { Problem } from './problem.ts'

/** How long others are waited for, in ms. */
export type Times = {
  /** For the whole head of a request. */
  head: number
  /** For a whole request, with its body. */
  request: number
  /** For anything at all to be sent or taken on a connection. */
  stall: number
  /** For the next request on a connection. */
  keepAlive: number
}

/** Resource map, tokens and a reader's own headers together stay well below. */
const HEADER_BYTES = 64 * 1024

/**
 * Kobos keep a connection between the pages of a sync, and proxies often keep theirs for a minute; a large upload over a slow line takes
 * long. But whoever sends or takes nothing at all is gone.
 */
const TIMES: Times = {
  head: 60_000,
  request: 30 * 60_000,
  stall: 120_000,
  keepAlive: 75_000,
}

/** How often the times are looked at, in ms. */
const WATCH = 15_000

/** How long a stop waits for answers that are under way, in ms. */
const PATIENCE = 10_000

/** How often a stop looks for connections that nobody uses any more, in ms. */
const IDLE = 20

/** A server that does not listen yet, with room for so many connections. `others`: times that are not as usual. */
export function openHttp(
  others: Partial<Times>,
  connections: number,
  listener: RequestListener,
): HttpServer {
  const times = { ...TIMES, ...others }
  const http = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      keepAliveTimeout: times.keepAlive,
      headersTimeout: times.head,
      requestTimeout: times.request,
      connectionsCheckingInterval: Math.min(WATCH, times.head, times.request),
    },
    listener,
  )
  keepRoom(http, connections)
  // Without a listener of its own this closes the connection, and a delivery that was under way hears of it.
  http.setTimeout(times.stall)
  return http
}

/** Listens, and answers the port. Throws `Problem('unavailable')` where that cannot be had. */
export function listen(http: HttpServer, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      reject(refusal(error, host, port) ?? error)
    })
    http.listen(port, host, () => {
      const address = http.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): Problem | undefined {
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use by another program. Please stop that one, or choose another port in HOLDFAST_PORT.`,
    EACCES: `Holdfast may not use port ${port}. Please choose one above 1023 in HOLDFAST_PORT.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Please mend HOLDFAST_HOST.`,
    ENOTFOUND: `This machine has no address ${host}. Please mend HOLDFAST_HOST.`,
  }
  const sentence = sentences[error.code ?? '']
  return sentence === undefined ? undefined : new Problem('unavailable', sentence, { cause: error })
}

/** Takes no more requests, and resolves when those that are under way are answered, or were waited for long enough. */
export function stopListening(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => http.closeAllConnections(), PATIENCE)
    // An answer that is under way leaves its connection idle only when it is out.
    const idle = setInterval(() => http.closeIdleConnections(), IDLE)
    http.close(() => {
      clearTimeout(impatient)
      clearInterval(idle)
      resolve()
    })
    http.closeIdleConnections()
  })
}
