import type { Mark } from './log.ts'

/** A return of a page's token, in the life that the device remembers: the page and its place in the log, and whether it opened a session. */
export type Return = Mark & { page: string; issued: number; opened: boolean }

/** A token that comes again so soon is a late duplicate, in ms. */
const LATE = 60_000

/**
 * Whether a token that opens a session shows that the device was put back to a backup of its own: it names a page (`seq` is its place
 * in the log) that is older than one that has opened a session since. Answers from which entry on the device has forgotten everything,
 * and when the returned page was issued; undefined for an ordinary token.
 */
export function comesFromBackup(
  page: { id: string; seq: number },
  returns: readonly Return[],
  now: number,
): { from: number; issued: number } | undefined {
  const later = returns.filter((each) => each.issued > page.seq)
  if (!later.some((each) => each.opened)) return undefined
  if (returns.some((each) => each.page === page.id && now - each.at < LATE)) return undefined
  return { from: Math.min(...later.map((each) => each.issued)), issued: page.seq }
}

/**
 * Whether a token shows that the server was put back in time: it names a page that this server never issued, or a ledger that it gave up.
 * `isTold`: the log says so of that ledger already. Then only a page that nobody knows is news, and only when tokens came since: the device
 * was itself put back to a day of that past.
 */
export function remembersOtherPast(
  token: { isKnown: boolean; isOtherLedger: boolean },
  past: { isTold: boolean; wasHeardSince: boolean },
): boolean {
  if (!token.isOtherLedger) return !token.isKnown
  return !past.isTold || (!token.isKnown && past.wasHeardSince)
}
