import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { codeOf, Unreachable, type Request } from './request.ts'

/**
 * Sends only the first bytes of a request, of its head and then of its body, and closes the connection. Throws Unreachable
 * when there is nobody to send to.
 */
export async function sendPart(request: Request, bytes: number): Promise<void> {
  const { url, via = url } = request
  const hostname = via.hostname.replace(/^\[|\]$/g, '')
  const secure = via.protocol === 'https:'
  const port = Number(via.port) || (secure ? 443 : 80)
  const socket = secure
    ? connectTls({ host: hostname, port, servername: hostname })
    : connect({ host: hostname, port })
  try {
    await once(socket, secure ? 'secureConnect' : 'connect')
    const part = Buffer.from(wireOf(request)).subarray(0, bytes)
    await new Promise<void>((resolve) => {
      socket.end(part, resolve)
    })
  } catch (error) {
    throw new Unreachable(`the server cannot be reached (${codeOf(error)})`)
  } finally {
    socket.destroy()
  }
}

/** Bytes of a whole request as it goes over the wire. */
export function requestBytes(request: Request): number {
  return Buffer.byteLength(wireOf(request))
}

function wireOf({ method, url, headers, body = '' }: Request): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}
