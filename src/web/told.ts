/** A number as people read it. */
export function told(count: number): string {
  return count.toLocaleString('en-GB')
}

/** So many of something, as a sentence begins: “One book”, “1,204 books”. */
export function counted(count: number, what: string): string {
  return count === 1 ? `One ${what}` : `${told(count)} ${what}s`
}
