/** A download of a book that came to its end, epoch ms. */
export type Arrival = { book: string; at: number }

/**
 * How long books took from the shelf to the device, in ms: from when each was put on a shelf that the device carries, or from when the
 * device was connected if that was later, to the end of its first download after that. Those that came down before are left out: they were
 * put on another shelf while they were there. When a shelf was first carried is not kept, and not counted. Pure.
 */
export function waitsOf(
  arrivals: readonly Arrival[],
  shelvedAt: ReadonlyMap<string, number>,
  connectedAt: number,
): number[] {
  const first = new Map<string, number>()
  for (const { book, at } of arrivals) {
    const shelved = shelvedAt.get(book)
    if (shelved === undefined) continue
    const wait = at - Math.max(shelved, connectedAt)
    if (wait >= 0) first.set(book, Math.min(wait, first.get(book) ?? Infinity))
  }
  return [...first.values()]
}
