import type { BookEntry } from './book-entry.ts'
import { foldBook, foldStay } from './fold.ts'
import { NOTHING, type Holding } from './holding.ts'
import { isSweeping, type Entry, type Mark } from './log.ts'
import type { Stay } from './stay.ts'

/** The pages of the chain: the page whose token was returned, and its ancestors. */
export function chainOf(
  parents: ReadonlyMap<string, string | null>,
  head: string | null,
): Set<string> {
  const chain = new Set<string>()
  for (let page = head; page !== null && !chain.has(page); page = parents.get(page) ?? null)
    chain.add(page)
  return chain
}

/**
 * Every book's holding from the whole log, with `head` the page whose token counts as returned (null: none does).
 * This is the meaning of the stored holdings; they are kept book by book and must equal it.
 */
export function replay(log: readonly Entry[], head: string | null): Map<string, Holding> {
  return new Map([...entriesByBook(log, head)].map(([book, entries]) => [book, foldBook(entries)]))
}

/** The same with what began or ended each stay, for those who must tell one stay from another. */
export function replayStays(log: readonly Entry[], head: string | null): Map<string, Stay> {
  return new Map([...entriesByBook(log, head)].map(([book, entries]) => [book, foldStay(entries)]))
}

/** The page whose token came back last, in the life that the device remembers; null when none ever did. */
export function newestReturn(log: readonly Entry[]): string | null {
  const voids = log.filter((entry) => entry.kind === 'restored')
  const last = log.findLast(
    (entry) =>
      entry.kind === 'returned' &&
      !voids.some((restored) => entry.seq >= restored.from && entry.seq < restored.seq),
  )
  return last?.kind === 'returned' ? last.page : null
}

function entriesByBook(log: readonly Entry[], head: string | null): Map<string, BookEntry[]> {
  const chain = chainOf(parentsIn(log), head)
  const taken = returnedIn(log)
  const sweeping = log.filter(isSweeping)
  const books = new Map<string, BookEntry[]>()
  const of = (book: string): BookEntry[] => {
    const known = books.get(book)
    if (known) return known
    const made: BookEntry[] = []
    books.set(book, made)
    return made
  }
  for (const entry of log) {
    if (entry.kind === 'page') {
      const acknowledged = chain.has(entry.page)
      for (const operation of entry.operations) {
        const settled =
          operation.verb === 'removal' ? settledAt(log, chain, entry, acknowledged) : null
        of(operation.book).push({
          kind: 'operation',
          seq: entry.seq,
          at: entry.at,
          operation,
          acknowledged,
          taken: taken.has(entry.page),
          settled,
        })
      }
    } else if ('book' in entry) of(entry.book).push(entry)
  }
  for (const [book, entries] of books) books.set(book, inOrder(entries, sweeping))
  return books
}

/** The holding of a book that no entry names: only what concerns the whole device bears on it. */
export function unnamed(log: readonly Entry[]): Holding {
  const sweeping = log.filter(isSweeping)
  return sweeping.length ? foldBook(sweeping) : { ...NOTHING }
}

/** Entries about the book and about the whole device, in the order of the log. */
export function inOrder(own: readonly BookEntry[], sweeping: readonly BookEntry[]): BookEntry[] {
  return sweeping.length === 0 ? [...own] : [...own, ...sweeping].sort((a, b) => a.seq - b.seq)
}

function returnedIn(log: readonly Entry[]): Set<string> {
  return new Set(log.flatMap((entry) => (entry.kind === 'returned' ? [entry.page] : [])))
}

function parentsIn(log: readonly Entry[]): Map<string, string | null> {
  const parents = new Map<string, string | null>()
  for (const entry of log) if (entry.kind === 'page') parents.set(entry.page, entry.parent)
  return parents
}

/**
 * From where on proof speaks about the time after a removal. Acknowledged: the first return of its own token or of a later page
 * of the chain (the return of an older token, after a lost answer, settles nothing). Not acknowledged: the next session.
 */
function settledAt(
  log: readonly Entry[],
  chain: ReadonlySet<string>,
  page: Mark & { page: string },
  acknowledged: boolean,
): Mark | null {
  const issued = new Map<string, number>()
  if (acknowledged)
    for (const entry of log) if (entry.kind === 'page') issued.set(entry.page, entry.seq)
  const mark = log.find(
    (entry) =>
      entry.seq > page.seq &&
      (acknowledged
        ? entry.kind === 'returned' &&
          chain.has(entry.page) &&
          (issued.get(entry.page) ?? -1) >= page.seq
        : entry.kind === 'session'),
  )
  return mark ? { seq: mark.seq, at: mark.at } : null
}
