/** A member of a JSON object or an element of an array, as it was written. */
type Slice = { key: string; raw: string }

/**
 * The members of the JSON object `text`, each value as the exact text it was written as. `text` must be valid JSON; anything
 * but an object gives none. Of two members with one name the later one counts, as everywhere.
 */
export function rawMembers(text: string): Map<string, string> {
  const members = slices(text, '{')
  return new Map(members.map(({ key, raw }) => [keyOf(key), raw]))
}

/** The elements of the JSON array `text`, each as the exact text it was written as. Anything but an array gives none. */
export function rawElements(text: string): string[] {
  return slices(text, '[').map(({ raw }) => raw)
}

/** Cuts valid JSON at the commas and colons of its outermost level. */
function slices(text: string, opening: '{' | '['): Slice[] {
  const body = text.trim()
  if (!body.startsWith(opening)) return []
  const found: Slice[] = []
  let depth = 0
  let start = 1
  let key = ''
  for (let at = 0; at < body.length; at += 1) {
    const char = body.charAt(at)
    if (char === '"') at = endOfString(body, at)
    else if (char === '{' || char === '[') depth += 1
    else if (char === ':' && depth === 1 && opening === '{') {
      key = body.slice(start, at).trim()
      start = at + 1
    } else if ((char === ',' && depth === 1) || ((char === '}' || char === ']') && depth-- === 1)) {
      const raw = body.slice(start, at).trim()
      if (raw !== '') found.push({ key, raw })
      start = at + 1
    }
  }
  return found
}

/** The place of the quotation mark that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
  return at
}

function keyOf(raw: string): string {
  const key: unknown = JSON.parse(raw)
  return typeof key === 'string' ? key : ''
}
