import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'

/** A request as a Kobo sends it: a path with its query, and headers as they stand on the wire. */
export type DeviceRequest = {
  method: string
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export type DeviceAnswer = { status: number; headers: IncomingHttpHeaders; body: Buffer }

/**
 * Sends one request to the server at `url` and takes the whole answer. Nothing is added to it but what HTTP needs, so that a
 * test says itself what a device sends: a Host without a port, a length of 0, a method that nobody expects.
 */
export function sendAsDevice(url: string, asked: DeviceRequest): Promise<DeviceAnswer> {
  const { hostname, port } = new URL(url)
  const { method, path, headers = {}, body } = asked
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        headers: {
          Host: hostname,
          ...(body !== undefined && { 'Content-Length': Buffer.byteLength(body) }),
          ...headers,
        },
        agent: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        )
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

/** The same by a Kobo, below its address: with the header that tells which one it is, and a body as JSON. */
export function sendAs(
  kobo: { readonly syncUrl: string; readonly deviceId: string },
  asked: { method: string; path: string; json?: unknown; headers?: Record<string, string> },
): Promise<DeviceAnswer> {
  const { method, path, json, headers = {} } = asked
  return sendAsDevice(kobo.syncUrl, {
    method,
    path: new URL(kobo.syncUrl).pathname + path,
    headers: {
      'x-kobo-deviceid': kobo.deviceId,
      ...(json !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  })
}
