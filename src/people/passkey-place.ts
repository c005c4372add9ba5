import { isIP } from 'node:net'

/** Why passkeys cannot be used, where they cannot. */
export const PASSKEYS_NEED =
  'Passkeys need an address with a name, and https unless it is this very machine.'

/** For whom passkeys are made and asked: a host name, and the origin of our pages there. */
export type PasskeyPlace = { rpId: string; origin: string }

/**
 * Where passkeys can be used, by the base of the server's addresses; undefined where no browser lets them be: without TLS but on this
 * machine itself, and at an IP address, for a passkey belongs to a name. Pure.
 */
export function passkeyPlace(base: string): PasskeyPlace | undefined {
  const { protocol, hostname, origin } = new URL(base)
  if (isIP(hostname) !== 0 || hostname.startsWith('[')) return undefined
  if (protocol !== 'https:' && hostname !== 'localhost') return undefined
  return { rpId: hostname, origin }
}
