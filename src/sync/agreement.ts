/** What a device should hold, and how far that has come, in books: each number is a part of the one before. */
export type Agreement = { wanted: number; offered: number; entitled: number; onDevice: number }

/** Wanted books of a device that stand alike: by their holdings, and by how many whole days ago their files were last proven (null: never, or denied since). */
export type Alike = {
  state: 'none' | 'offered' | 'held' | 'unsure'
  file: boolean
  /** They were sent anew at their owner's wish, and that is not confirmed. */
  sentAnew: boolean
  provenDays: number | null
  books: number
}

/** The agreement that these books come to, of so many that are wanted. What was only sent is no proof, and neither is a download that only began. Pure. */
export function agreementOf(wanted: number, alike: readonly Alike[]): Agreement {
  const count = (which: (some: Alike) => boolean): number =>
    alike.filter(which).reduce((sum, { books }) => sum + books, 0)
  return {
    wanted,
    offered: count(({ state, sentAnew }) => state === 'offered' || state === 'held' || sentAnew),
    entitled: count(({ state }) => state === 'held'),
    onDevice: count(isThere),
  }
}

/** How old the proof is that each book is there which the device has in its library: in whole days, null where there is none. Pure. */
export function agesOf(alike: readonly Alike[]): [days: number | null, books: number][] {
  return alike
    .filter(({ state }) => state === 'held')
    .map((some) => [isThere(some) ? some.provenDays : null, some.books])
}

function isThere({ state, file, provenDays }: Alike): boolean {
  return state === 'held' && file && provenDays !== null
}
