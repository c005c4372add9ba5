/** How many titles are named before the rest is counted. */
const NAMED = 5

/** Titles as a phrase: “Emma”, “Dracula” and 3 more. Those that nobody knows are counted. */
export function quoted(titles: readonly (string | undefined)[]): string {
  const known = titles.flatMap((title) => (title === undefined ? [] : [`“${title}”`]))
  const named = known.slice(0, NAMED)
  const rest = titles.length - named.length
  if (rest === 0) return series(named)
  return series([...named, named.length > 0 ? `${rest} more` : sum(rest, 'book')])
}

/** A list as a phrase: one, two and three. */
export function series(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** A number of things: 1 removal, 2 removals; nothing for none. */
export function sum(count: number, one: string, many = `${one}s`): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : many}`
}
