import { createHash } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** The connections of one device, kept open between requests. */
export interface Connections {
  http: HttpAgent
  https: HttpsAgent
}

export interface Request {
  method: string
  url: URL
  /** Connect to the server of this address instead; the request itself stays as it is. */
  via?: URL | undefined
  headers: Record<string, string>
  body?: string
  /** Destroy the connection after so many bytes of the body. */
  cutAfter?: number
  /** Stream the body to this file instead of keeping it. The file appears only when it is complete. */
  into?: string
  /** Give up after this time without a byte, in ms. */
  patienceMs: number
  /** Most bytes of a body that are taken. */
  limit: number
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  /** Bytes of the status line and all header lines. */
  headerBytes: number
  /** The body, or its first bytes when it went to a file. */
  body: Buffer
  /** Bytes of the body that arrived. */
  received: number
  contentLength: number | undefined
  sha256: string | undefined
  /** False when the connection ended before the body did. */
  whole: boolean
}

/** There was no answer at all. The message is a clause for the diary. */
export class Unreachable extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unreachable'
  }
}

export function openConnections(): Connections {
  const options = { keepAlive: true, maxSockets: 1 }
  return { http: new HttpAgent(options), https: new HttpsAgent(options) }
}

export function closeConnections(connections: Connections): void {
  connections.http.destroy()
  connections.https.destroy()
}

/** Sends one request and takes its answer. Throws Unreachable when no header of an answer arrives. */
export async function exchange(connections: Connections, request: Request): Promise<Answer> {
  const response = await respond(connections, request)
  const lines = response.rawHeaders.map((part) => Buffer.byteLength(part, 'latin1') + 2)
  const statusLine = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n\r\n`
  const length = response.headers['content-length']
  const taken = await take(response, request)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    headerBytes: lines.reduce((sum, bytes) => sum + bytes, statusLine.length),
    contentLength: length === undefined ? undefined : Number(length),
    ...taken,
  }
}

async function respond(connections: Connections, request: Request): Promise<IncomingMessage> {
  for (let attempt = 1; ; attempt += 1) {
    const sent = begin(connections, request)
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        sent.once('response', resolve)
        sent.once('error', reject)
        sent.end(request.body)
      })
    } catch (error) {
      const code = codeOf(error)
      // A kept connection that the server had closed meanwhile: nothing was received, so it is sent again once.
      if (code === 'ECONNRESET' && sent.reusedSocket && attempt === 1) continue
      throw new Unreachable(
        error instanceof Unreachable ? error.message : `the server cannot be reached (${code})`,
      )
    }
  }
}

function begin(connections: Connections, request: Request): ClientRequest {
  const { url, via = url } = request
  const secure = via.protocol === 'https:'
  const options = {
    protocol: via.protocol,
    hostname: via.hostname.replace(/^\[|\]$/g, ''),
    port: via.port,
    path: url.pathname + url.search,
    method: request.method,
    headers: request.headers,
    maxHeaderSize: 262_144,
    setDefaultHeaders: true,
  }
  const sent = secure
    ? httpsRequest({ ...options, agent: connections.https })
    : httpRequest({ ...options, agent: connections.http })
  sent.setTimeout(request.patienceMs, () => {
    sent.destroy(new Unreachable(`there was no answer within ${request.patienceMs} ms`))
  })
  return sent
}

type Taken = Pick<Answer, 'body' | 'received' | 'sha256' | 'whole'>

async function take(response: IncomingMessage, request: Request): Promise<Taken> {
  const sink = request.into === undefined ? undefined : openSink(request.into)
  const chunks: Buffer[] = []
  const stopAt = Math.min(request.cutAfter ?? Infinity, request.limit)
  let received = 0
  let whole = false
  try {
    if (stopAt > 0) {
      for await (const chunk of bytesOf(response)) {
        const kept = chunk.subarray(0, stopAt - received)
        received += kept.length
        sink?.write(kept)
        if (!sink || chunks.length === 0) chunks.push(kept)
        if (received >= stopAt) break
      }
    }
    whole = response.complete && received < stopAt
  } catch (error) {
    if (!isBrokenConnection(error)) throw error
  } finally {
    if (!whole) response.destroy()
    sink?.close(whole)
  }
  return { body: Buffer.concat(chunks), received, sha256: sink?.digest(), whole }
}

async function* bytesOf(response: IncomingMessage): AsyncGenerator<Buffer> {
  for await (const chunk of response) {
    if (Buffer.isBuffer(chunk)) yield chunk
  }
}

function openSink(path: string) {
  const part = `${path}.part`
  const file = openSync(part, 'w')
  const hash = createHash('sha256')
  return {
    write(bytes: Buffer) {
      writeSync(file, bytes)
      hash.update(bytes)
    },
    close(whole: boolean) {
      closeSync(file)
      if (whole) renameSync(part, path)
      else rmSync(part, { force: true })
    },
    digest: () => hash.digest('hex'),
  }
}

function isBrokenConnection(error: unknown): boolean {
  const code = codeOf(error)
  return (
    code === 'ECONNRESET' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'HPE_INVALID_CONSTANT'
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure'
}
