/** What of `text` a pattern finds: its first group, or all of it where it has none. Throws when it is not there. */
export function found(pattern: RegExp, text: string): string {
  const match = pattern.exec(text)
  const part = match?.[1] ?? match?.[0]
  if (part === undefined || part === '') throw new Error(`Nothing is like ${pattern} in: ${text}`)
  return part
}

/** The first of several. Throws when there is none. */
export function first<One>(all: readonly One[]): One {
  const [one] = all
  if (one === undefined) throw new Error('There is none.')
  return one
}
