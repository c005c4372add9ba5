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
 * Whether a form was sent by a page of this server, as far as its headers tell. Without any of them it is not refused: browsers send one
 * of them, and each form of somebody who signed in carries a token besides. Pure.
 */
export function isFromHere({ site, origin, host, base }: Sender): boolean {
  // “none” is somebody who sends a form anew from the address line.
  if (site !== null) return site === 'same-origin' || site === 'none'
  if (origin === null) return true
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) return false
  const from = new URL(origin)
  if (from.origin === new URL(base).origin) return true
  const here = (host ?? '').toLowerCase()
  // Some proxies pass the name on without its port.
  return from.host === here || from.hostname === here
}
