import type { Agreement } from '../../sync/agreement.ts'

/** A piece of the strip: which books, how many, and where it lies, in percents of the whole. */
export type Segment = {
  of: 'on-device' | 'entitled' | 'offered' | 'gap'
  books: number
  from: number
  share: number
}

/** No piece is so narrow that it is overlooked, in percents. */
const NARROWEST = 1.5

/** The pieces of the strip that shows an agreement, from what is there to what is not; those without books are left out. Pure. */
export function segmentsOf({ wanted, offered, entitled, onDevice }: Agreement): Segment[] {
  const pieces = (
    [
      ['on-device', onDevice],
      ['entitled', entitled - onDevice],
      ['offered', offered - entitled],
      ['gap', wanted - offered],
    ] as const
  ).filter(([, books]) => books > 0)
  const shares = pieces.map(([, books]) => Math.max(NARROWEST, (books / wanted) * 100))
  // What the narrow ones have too much is taken from the widest.
  const widest = shares.indexOf(Math.max(...shares))
  const excess = shares.reduce((sum, share) => sum + share, 0) - 100
  let from = 0
  return pieces.map(([of, books], index) => {
    const share = (shares[index] ?? 0) - (index === widest ? excess : 0)
    const segment = { of, books, from, share }
    from += share
    return segment
  })
}

/** An agreement in one sentence. Pure. */
export function tellAgreement({ wanted, offered, entitled, onDevice }: Agreement): string {
  if (wanted === 0) return 'Nothing is wanted on it.'
  if (onDevice === wanted)
    return wanted === 1 ? 'The one wanted book is on it.' : `All ${wanted} wanted books are on it.`
  const not = [
    told(entitled - onDevice, 'in its library and not downloaded'),
    told(offered - entitled, 'offered and not confirmed'),
    told(wanted - offered, 'not there'),
  ].filter((words) => words !== '')
  return `${onDevice} of ${wanted} wanted books ${onDevice === 1 ? 'is' : 'are'} on it; ${not.join(', ')}.`
}

function told(books: number, words: string): string {
  return books === 0 ? '' : `${books} ${words}`
}
