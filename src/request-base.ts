import type { IncomingMessage } from 'node:http'
import type { Config } from './config.ts'
import { forwardedBase } from './forwarded.ts'
import { lanAddresses, publicUrl } from './public-url.ts'

/**
 * The base of the URLs in the answer to this request, without a trailing slash: the configured public URL; else what a
 * trusted proxy says; else the address that the connection reached (docs/protocol/transport.md). `incoming` is absent for
 * a request that came over no socket.
 */
export function requestBase(
  config: Config,
  headers: Headers,
  incoming: IncomingMessage | undefined,
): string {
  if (config.publicUrl !== null) return config.publicUrl
  const socket = incoming?.socket
  const told = forwardedBase({ headers, peer: socket?.remoteAddress }, config.trustedProxies)
  if (told !== undefined) return told
  const reached = socket && { address: socket.localAddress, port: socket.localPort }
  return publicUrl(config, reached, lanAddresses()[0])
}
