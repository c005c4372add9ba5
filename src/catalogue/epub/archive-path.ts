/**
 * The name of the archive entry that `href`, found in the document `base`, points to: fragment and query dropped,
 * `.` and `..` resolved, percent signs left as they are written. Undefined for an address outside the book: one with
 * a scheme, one that climbs above the root, or one that is empty.
 */
export function archivePath(base: string, href: string): string | undefined {
  const path = href.trim().replace(/[?#].*$/su, '')
  if (path === '' || SCHEME.test(path) || path.startsWith('//')) return undefined
  const from = path.startsWith('/') ? [] : base.split('/').slice(0, -1)
  const parts: string[] = []
  for (const part of [...from, ...path.split('/')]) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.length === 0 ? undefined : parts.join('/')
}

const SCHEME = /^[a-z][a-z0-9+.-]*:/iu
