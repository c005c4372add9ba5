import type { Due } from './plan.ts'

/** Bounds of a page: a reader gave up near 286 KB. */
export const PAGE_OPERATIONS = 100
export const PAGE_BYTES = 200 * 1024

/** What one session has seen so far: a run of requests with less than a minute between them and no opener. */
export type Session = {
  /** Answers given. */
  pages: number
  /** Operations that were due when its first page was planned; null before. */
  budget: number | null
  /** Operations sent. */
  sent: number
  /** The page named by the last request's token (null: no token of ours), and how often it came in a row. */
  token: string | null
  repeats: number
}

/** A session that has not asked for anything yet. */
export const NEW_SESSION: Session = { pages: 0, budget: null, sent: 0, token: null, repeats: 0 }

/** The session after a request with the token of `page`. */
export function heard(session: Session, page: string | null): Session {
  const again = session.pages > 0 && session.token === page
  return { ...session, token: page, repeats: again ? session.repeats + 1 : 1 }
}

/** The third time the same token comes within a session, the device does not take what it is given. */
export function isStuck(session: Session): boolean {
  return session.repeats >= 3
}

/**
 * Cuts the next page off what is due, for a session that has `heard` its request. `measure` gives the bytes an operation takes
 * on the wire. `more` says whether to send `continue`: only while operations are due and the budget that the session's first
 * page fixed is not spent, never to a device that is stuck or gets one page per sync.
 */
export function cutPage(
  due: readonly Due[],
  session: Session,
  limits: { onePage: boolean; operations?: number },
  measure: (due: Due) => number,
): { page: Due[]; more: boolean; session: Session } {
  const budget = session.budget ?? due.length
  const page: Due[] = []
  let bytes = 2
  for (const next of due.slice(0, limits.operations ?? PAGE_OPERATIONS)) {
    bytes += measure(next) + 1
    if (bytes > PAGE_BYTES && page.length > 0) break
    page.push(next)
  }
  const sent = session.sent + page.length
  const more = due.length > page.length && sent < budget && !limits.onePage && !isStuck(session)
  return { page, more, session: { ...session, budget, sent, pages: session.pages + 1 } }
}
