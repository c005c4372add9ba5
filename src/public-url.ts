import { isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLoopback } from './kobo-conf/sync-address.ts'

/** Where a connection arrived: the address and port of this end of the socket. */
export type Reached = { address: string | undefined; port: number | undefined }

/**
 * The base of every URL that a Kobo is given, without a trailing slash: the configured one; else the address that the
 * request reached, or the one the server was told to listen on, unless that is this machine's own; else, when it listens
 * everywhere, the machine's first address on its network (`lan`). A loopback
 * address is given only to a request that came over loopback (or over no socket at all) when there is nothing else. Never
 * from the Host header, which a Kobo sends without its port (docs/protocol/first-contact.md).
 */
export function publicUrl(
  configured: { publicUrl: string | null; host: string; port: number },
  reached: Reached | undefined,
  lan: string | undefined,
): string {
  if (configured.publicUrl !== null) return configured.publicUrl
  const port = reached?.port ?? configured.port
  const address =
    usable(reached?.address) ??
    usable(configured.host) ??
    (isEverywhere(configured.host) ? lan : undefined) ??
    '127.0.0.1'
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}`
}

/**
 * The bases of all addresses by which a Kobo may reach this server, the likeliest first: `base`, which a request was answered with,
 * then those of the machine on its network (`lan`), where the server listens to them and none was configured. None is a loopback
 * address, where a Kobo would find nobody but itself.
 */
export function reachableBases(
  configured: { publicUrl: string | null; host: string },
  base: string,
  lan: readonly string[],
): string[] {
  const first = isLoopback(base) ? [] : [base]
  if (configured.publicUrl !== null || !isEverywhere(configured.host)) return first
  const { protocol, port } = new URL(base)
  // Behind a proxy only the proxy knows by what it is reached.
  if (protocol !== 'http:') return first
  const others = lan.map((address) => `http://${address}${port === '' ? '' : `:${port}`}`)
  return [...new Set([...first, ...others])]
}

/** The address that the Kobo's configuration gets: shown once, for it holds the secret. */
export function syncUrl(base: string, secret: string): string {
  return `${base}/kobo/${secret}`
}

/** The address where somebody accepts an invitation: told once, for it holds the secret. */
export function invitationUrl(base: string, secret: string): string {
  return `${base}/invitation?code=${secret}`
}

/** The IPv4 addresses by which others on the network reach this machine, in the order of its interfaces. */
export function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal)
    .map((address) => address.address)
    .filter((address) => !address.startsWith('169.254.'))
}

/** Whether a server that listens on this host can be reached by every address of its machine. */
export function isEverywhere(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** An address that another machine can use as it stands. */
function usable(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:/i, '')
  if (plain === undefined) return undefined
  if (isIPv4(plain)) return /^(?:127|0|169\.254)\./.test(plain) ? undefined : plain
  if (!isIPv6(plain)) return undefined
  return /^(?:::1?$|fe[89ab])/i.test(plain) ? undefined : plain
}
