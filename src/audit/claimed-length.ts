/** The largest size that a damaged database may claim to have had, in bytes. */
const CLAIM = 1 << 30

/** How many bytes of a file say how long it should be. */
export const HEAD = 100

/**
 * The length that the head of a database claims, where the file was cut short: with that length, SQLite reads what is left. Undefined
 * where the file is not short, or claims too much. Needs at least `HEAD` bytes.
 */
export function claimedLength(head: Uint8Array, size: number): number | undefined {
  if (head.length < HEAD) return undefined
  const view = new DataView(head.buffer, head.byteOffset, HEAD)
  const page = view.getUint16(16)
  const claimed = view.getUint32(28) * (page === 1 ? 65_536 : page)
  return claimed <= size || claimed > CLAIM ? undefined : claimed
}
