import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { codeOf, Unreachable, type Answer, type Request } from './request.ts'
import { takeBody } from './take-body.ts'

/** The connections of one device, kept open between requests. */
export interface Connections {
  http: HttpAgent
  https: HttpsAgent
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
  // Header texts are latin1: a character is a byte. After each come two more, a colon and a space or a line's end.
  const lines = response.rawHeaders.reduce((sum, part) => sum + part.length + 2, 0)
  const statusLine = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n\r\n`
  const length = response.headers['content-length']
  const taken = await takeBody(response, request)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    headerBytes: lines + statusLine.length,
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
