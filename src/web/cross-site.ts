/** Where a form comes from, as the browser says, and the two names that this server may have. */
export type Sender = {
  /** Sec-Fetch-Site; browsers send it over https and to this machine. */
  site: string | null
  /** Origin; null when it was not sent. */
  origin: string | null
  /** Host. */
  host: string | null
  /** The base of addresses in answers. */
  base: string
}

/**
 * Who sent a form: a page of this server (`here`), another site (`elsewhere`), a browser that hides which (`hidden`: pages whose addresses
 * are told to nobody have it do so over plain http), or a program that says nothing of it, for every browser says something (`silent`).
 */
export type From = 'here' | 'elsewhere' | 'hidden' | 'silent'

/** Who sent a form, as far as its headers tell. Pure. */
export function fromWhere({ site, origin, host, base }: Sender): From {
  // “none” is somebody who sends a form anew from the address line.
  if (site !== null) return site === 'same-origin' || site === 'none' ? 'here' : 'elsewhere'
  if (origin === null) return 'silent'
  if (origin === 'null') return 'hidden'
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return 'elsewhere'
  const from = new URL(origin)
  if (from.origin === new URL(base).origin) return 'here'
  const here = (host ?? '').toLowerCase()
  // Some proxies pass the name on without its port.
  return from.host === here || from.hostname === here ? 'here' : 'elsewhere'
}
