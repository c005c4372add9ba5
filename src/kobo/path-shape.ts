/** Longest shape, in characters. */
const LONGEST = 200

/**
 * What kind of address this is: its path with everything that looks like an id replaced, so that a thousand books make one kind
 * and nothing about anybody's library is written down.
 */
export function pathShape(path: string): string {
  const segments = path.split('/').map((segment) => (isId(segment) ? '{id}' : segment))
  return segments.join('/').slice(0, LONGEST)
}

/** Names of calls are short words; whatever holds several digits, odd characters or too much is an id. */
function isId(segment: string): boolean {
  if (/^v\d{1,2}$/.test(segment) || segment === '') return false
  return !/^[a-z._-]{1,40}$/i.test(segment)
}
