import { BlockList, isIP, isIPv6 } from 'node:net'

/** The headers of a request, and the address of the machine at the other end of its connection. */
export type Arrival = { headers: Headers; peer: string | undefined }

/** Most entries of a forwarded list that are looked at, from its end. */
const HOPS = 20

/**
 * The base that a reverse proxy says the caller used, without a trailing slash; undefined when the peer is not one of
 * `trusted` (addresses and networks, as in the configuration) or says nothing usable. `Forwarded` (RFC 7239) comes before the X-Forwarded
 * headers. Of several proxies in a row, the first one that is trusted speaks. Without a forwarded host the Host header counts, for a trusted proxy
 * wrote it; it often lacks the port (docs/protocol/transport.md).
 */
export function forwardedBase(arrival: Arrival, trusted: readonly string[]): string | undefined {
  if (!isTrusted(arrival.peer, trusted)) return undefined
  const told = readForwarded(arrival.headers)
  const hops = trustedHops(told, trusted)
  const proto = told.proto.slice(-hops).find(Boolean)?.toLowerCase()
  if (proto !== 'http' && proto !== 'https') return undefined
  const host = told.host.slice(-hops).find(Boolean) ?? arrival.headers.get('host')
  const authority = readAuthority(host ?? '')
  const prefix = readPrefix(arrival.headers.get('x-forwarded-prefix'))
  if (authority === undefined || prefix === undefined) return undefined
  const port = told.port ?? authority.port
  const usual = proto === 'https' ? 443 : 80
  return `${proto}://${authority.name}${port === undefined || port === usual ? '' : `:${port}`}${prefix}`
}

/** The address of whoever called: the nearest one that is not a trusted proxy. Undefined when there is no connection. */
export function callerAddress(arrival: Arrival, trusted: readonly string[]): string | undefined {
  if (!isTrusted(arrival.peer, trusted)) return plainAddress(arrival.peer)
  const { from } = readForwarded(arrival.headers)
  const stranger = from.findLast((address) => !isTrusted(address, trusted))
  const nearest = stranger ?? from[0]
  return nearest !== undefined && isIP(nearest) ? nearest : plainAddress(arrival.peer)
}

/** Whether an address is one of these addresses and networks. An IPv4 address inside an IPv6 one counts as itself. */
export function isTrusted(address: string | undefined, trusted: readonly string[]): boolean {
  const plain = plainAddress(address)
  if (plain === undefined || !isIP(plain) || trusted.length === 0) return false
  const list = lists.get(trusted) ?? listOf(trusted)
  lists.set(trusted, list)
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
}

/** One list for each configuration: it is asked at every request. */
const lists = new WeakMap<readonly string[], BlockList>()

function listOf(trusted: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of trusted) {
    const [network = '', bits] = entry.split('/')
    const own = plainAddress(network) ?? ''
    const family = isIPv6(own) ? 'ipv6' : 'ipv4'
    if (!isIP(own)) continue
    if (bits === undefined) list.addAddress(own, family)
    else list.addSubnet(own, plainBits(network, own, Number(bits)), family)
  }
  return list
}

type Told = {
  /** In the order of the lists: the nearest proxy wrote the last entry. */
  from: string[]
  proto: string[]
  host: string[]
  port: number | undefined
}

function readForwarded(headers: Headers): Told {
  const standard = headers.get('forwarded')
  if (standard !== null) {
    const hops = split(standard, ',').map(pairs)
    return {
      from: hops.map((hop) => nodeAddress(hop.get('for')) ?? 'unknown'),
      proto: hops.map((hop) => hop.get('proto') ?? ''),
      host: hops.map((hop) => hop.get('host') ?? ''),
      port: undefined,
    }
  }
  const list = (name: string) => split(headers.get(name) ?? '', ',')
  const port = list('x-forwarded-port').at(-1)
  return {
    from: list('x-forwarded-for').map((node) => nodeAddress(node) ?? 'unknown'),
    proto: list('x-forwarded-proto'),
    host: list('x-forwarded-host'),
    port: port !== undefined && isPort(port) ? Number(port) : undefined,
  }
}

/** How many entries at the end of the lists were written by proxies that are trusted: at least the peer's own. */
function trustedHops({ from }: Told, trusted: readonly string[]): number {
  let hops = 1
  while (hops < from.length && isTrusted(from.at(-hops), trusted)) hops += 1
  return hops
}

/** Splits at commas or semicolons that stand outside of quotes; the last few parts, trimmed, without the empty ones. */
function split(text: string, mark: ',' | ';'): string[] {
  const parts = mark === ',' ? /(?:"(?:\\.|[^"\\])*"|[^,"])+/g : /(?:"(?:\\.|[^"\\])*"|[^;"])+/g
  return (text.slice(-4000).match(parts) ?? [])
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .slice(-HOPS)
}

/** `for=…;proto=…` as a map with small names. */
function pairs(hop: string): Map<string, string> {
  return new Map(
    split(hop, ';').map((pair) => {
      const at = pair.indexOf('=')
      const value = pair.slice(at + 1).trim()
      const plain = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
      return [pair.slice(0, Math.max(at, 0)).trim().toLowerCase(), plain] as const
    }),
  )
}

/** The address of a `for`: with or without brackets and port. */
function nodeAddress(node: string | undefined): string | undefined {
  const inner = /^\[([^\]]+)\](?::\d+)?$/.exec(node ?? '')?.[1]
  const bare = inner ?? (node ?? '').replace(/^([\d.]+):\d+$/, '$1')
  return isIP(bare) ? plainAddress(bare) : undefined
}

/** A host name or address as it stands in a URL, and its port. A bare IPv6 address, which some devices send, gets its brackets. */
function readAuthority(host: string): { name: string; port: number | undefined } | undefined {
  if (isIPv6(host)) return { name: `[${host}]`, port: undefined }
  const parts = /^(\[[\da-f:.]+\]|[a-z\d](?:[a-z\d._-]{0,252}))(?::(\d{1,5}))?$/i.exec(host)
  const [, name, port] = parts ?? []
  if (name === undefined || (port !== undefined && !isPort(port))) return undefined
  if (name.startsWith('[') && !isIPv6(name.slice(1, -1))) return undefined
  return { name: name.toLowerCase(), port: port === undefined ? undefined : Number(port) }
}

/** The path below which the proxy shows this server: empty when there is none, undefined when it is no plain path. */
function readPrefix(header: string | null): string | undefined {
  const prefix = (header ?? '').replace(/\/+$/, '')
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]{1,64}){0,8}$/.test(prefix) ? prefix : undefined
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536
}

/** An address without the IPv6 form that wraps an IPv4 one, and without the zone of a link-local one. */
function plainAddress(address: string | undefined): string | undefined {
  const wrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address ?? '')?.[1]
  return wrapped ?? address?.replace(/%.*$/, '')
}

/** The size of a network whose address was unwrapped. */
function plainBits(written: string, plain: string, bits: number): number {
  return isIPv6(written) && !isIPv6(plain) ? Math.max(bits - 96, 0) : bits
}
