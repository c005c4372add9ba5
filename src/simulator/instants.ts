/** An instant as a device writes it: whole seconds, `Z` (docs/protocol/reading-state.md). */
export function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** The instant in epoch ms that a timestamp of the wire names, with any number of decimals; undefined when it is none. */
export function instantOf(text: unknown): number | undefined {
  if (typeof text !== 'string' || !/^\d{4}-\d\d-\d\d(T|$)/.test(text)) return undefined
  const ms = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'))
  return Number.isNaN(ms) ? undefined : ms
}

/** The time of day in UTC, for the diary. */
export function timeOfDay(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}
