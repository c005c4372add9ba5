/** The address that a person typed or pasted, as a Kobo needs it: http or https, and no slash at its end. Undefined for anything else. */
export function syncAddress(typed: string): string | undefined {
  const text = typed.trim()
  if (!/^https?:\/\//iu.test(text) || !URL.canParse(text)) return undefined
  const { protocol, host, pathname, username, password, search, hash } = new URL(text)
  if (username !== '' || password !== '' || search !== '' || hash !== '') return undefined
  return `${protocol}//${host}${pathname.replace(/\/+$/u, '')}`
}

/** Whether an address means the very machine that calls it, where a Kobo finds nobody but itself. */
export function isLoopback(address: string): boolean {
  const { hostname } = new URL(address)
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f.*\])$/u.test(
    hostname,
  )
}
