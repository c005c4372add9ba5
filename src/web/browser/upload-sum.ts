import type { Sent } from './sent.ts'

/** How many files were chosen, and what became of how many. */
export type Counts = { all: number } & Record<'added' | 'known' | 'failed' | 'untaken', number>

/** No file yet. */
export const NONE: Counts = { all: 0, added: 0, known: 0, failed: 0, untaken: 0 }

/** The counts when one more file is over. Pure. */
export function counting(counts: Counts, { outcome }: Sent): Counts {
  const of = outcome === 'restored' ? 'added' : outcome
  return { ...counts, [of]: counts[of] + 1 }
}

/** How many are over. Pure. */
export function doneOf({ added, known, failed, untaken }: Counts): number {
  return added + known + failed + untaken
}

/**
 * How it stands: how far it is, in the end with what came of it; what Errata tell more of, and what is to be tried again, each where there is
 * some. Pure.
 */
export function sumInWords(counts: Counts): {
  sum: string
  failed: string | undefined
  untaken: string | undefined
} {
  const { all, added, known, failed, untaken } = counts
  const done = doneOf(counts)
  const came = [
    added > 0 && `${added} added`,
    known > 0 && `${known} ${known === 1 ? 'was' : 'were'} already there`,
  ].filter((part) => part !== false)
  const end = came.length > 0 ? ` ${came.join(', ')}.` : ''
  return {
    sum: done < all ? `${done} of ${all}…` : `${done} of ${all}.${end}`,
    failed: some(failed, 'One could not become a book', `${failed} could not become books`),
    untaken: some(
      untaken,
      'One was not taken: its line says what to do.',
      `${untaken} were not taken: their lines say what to do.`,
    ),
  }
}

function some(count: number, one: string, many: string): string | undefined {
  return count === 0 ? undefined : count === 1 ? one : many
}
