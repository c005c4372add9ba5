const MINUTE = 60_000
const UNITS = [
  [24 * 60 * MINUTE, 'day'],
  [60 * MINUTE, 'hour'],
  [MINUTE, 'minute'],
] as const

/** A length of time in ms as people say it: “40 s”, “12 minutes”, “3 hours”, “2 days”. Pure. */
export function tellLength(ms: number): string {
  for (const [unit, word] of UNITS) {
    const count = Math.round(ms / unit)
    if (count >= 2) return `${count} ${word}s`
    if (ms >= unit) return `one ${word}`
  }
  return `${Math.round(ms / 1000)} s`
}
