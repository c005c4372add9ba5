import { getPath } from 'hono/utils/url'

/**
 * The path by which a request is routed. Below `/kobo/` slashes that are doubled, and one at the end, are nobody's intention: an
 * address that was written into a Kobo's configuration with a slash at its end makes every call `…//v1/…`, and `{}` for all of
 * them would be a library that never comes. At the reading services only those at the ends are dropped, for ids there may be
 * addresses of files.
 */
export function requestPath(request: Request): string {
  const path = getPath(request)
  const plain = path.replace(/^\/{2,}/, '/')
  if (plain.startsWith('/kobo/')) return plain.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
  if (READING_SERVICES.test(plain)) return plain.replace(/\/+$/, '')
  return path
}

const READING_SERVICES = /^\/api\/(?:v3|UserStorage|internal)\//
