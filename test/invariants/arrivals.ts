import { momentAt } from './house.ts'
import { BOOKS, type Ledger } from './ledger.ts'

/** A reading state as the device sends it: the instant by its own clock, and the place. `waited`: ms since the reader turned the page. */
export type Write = { book: string; instant: number; content: number; read: number }

/** A DELETE arrives. Returns whether it was the first time it was heard. */
export function deleteArrives(ledger: Ledger, book: string): boolean {
  const fact = ledger.rules.readDelete(ledger.holding(book), ledger.policy)
  const repeat = ledger.rules.keeping.repeatedDelete && fact.repeat
  ledger.fact(book, { ...fact, repeat })
  // Of a shelf that others carry too, its person is asked.
  if (ledger.policy === 'unshelve' && !repeat && ledger.house.ledgers.length === 1)
    ledger.house.unshelve(book)
  return !repeat
}

/** A reading state arrives: the later instant wins, and none counts as later than its arrival (`decode-states.ts`, `merge.ts`). */
export function stateArrives(ledger: Ledger, { book, instant, content }: Write): void {
  const { house } = ledger
  const now = house.tick()
  const place = house.placeOf(book)
  const modified = momentAt(instant, now)
  if (place.content !== content && ledger.rules.compareMoments(modified, place.modified) > 0)
    house.movePlace(book, modified, content)
  const { rev, content: stored } = house.placeOf(book)
  ledger.fact(book, { kind: 'state', instant, rev: stored === content ? rev : null })
}

/** A list arrives; it is an inventory when it came after a complete sync, with nothing written just before, and names enough. */
export function listArrives(
  ledger: Ledger,
  names: readonly string[],
  wroteJustBefore: boolean,
): void {
  const holdings = new Map(ledger.pairs().map(({ book, holding }) => [book, holding]))
  const listed = BOOKS.filter((book) => holdings.get(book)?.listed)
  const ever = new Set(ledger.log.flatMap((each) => (each.kind === 'listed' ? [each.book] : [])))
  const inventory =
    ledger.log.findLast((entry) => entry.kind === 'complete' || entry.kind === 'session')?.kind ===
      'complete' &&
    !wroteJustBefore &&
    (names.length >= 2 || [...ever].every((book) => names.includes(book)))
  ledger.add({ kind: 'list', inventory, known: names.some((book) => ever.has(book)) })
  for (const book of names) ledger.fact(book, { kind: 'listed' })
  if (inventory)
    for (const book of listed) if (!names.includes(book)) ledger.fact(book, { kind: 'unlisted' })
}

/** The device's own database is read: which books it knows, and of which the file is there. `books`: of these it still speaks. */
export function auditArrives(
  ledger: Ledger,
  rows: ReadonlyMap<string, { file: boolean }>,
  books: readonly string[] = BOOKS,
): void {
  for (const book of books) {
    const row = rows.get(book)
    ledger.fact(book, { kind: 'audited', row: row !== undefined, file: row?.file === true })
  }
  if (books === BOOKS) ledger.closeQuestions()
}
