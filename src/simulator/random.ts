/** A source of numbers in [0, 1). The same seed gives the same numbers. */
export type Random = () => number

/** A small generator (mulberry32): good enough for choices and names, not for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
}

/** A whole number from 0 to `below - 1`. */
export function pick(random: Random, below: number): number {
  return Math.floor(random() * below)
}

/** `digits` hexadecimal digits. */
export function hexDigits(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => pick(random, 16).toString(16)).join('')
}

/** A text in the form of a version 4 UUID. */
export function uuidFrom(random: Random): string {
  const hex = hexDigits(random, 30)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18)}`
}

/** A seed that depends on a text only, so that devices in different places differ. */
export function seedFrom(text: string): number {
  let seed = 0x811c9dc5
  for (const character of text) {
    seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  }
  return seed
}
