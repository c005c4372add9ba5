import { violate, type Session } from './device.ts'

/**
 * Whether the device may contact an address that the server named. Only the server itself and loopback are contacted:
 * anything else is a broken rule, not a request.
 */
export function mayContact(session: Session, named: string, what: string): boolean {
  const own = new URL(session.device.syncUrl).hostname
  const url = URL.canParse(named) ? new URL(named) : undefined
  const web = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url && web && (url.hostname === own || isLoopback(url.hostname))) return true
  const host = url && web ? url.hostname : 'no address of the web'
  violate(session, what, [`the address points to ${host}, not to this server`])
  return false
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
