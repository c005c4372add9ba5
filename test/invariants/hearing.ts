import type { Return } from '../../src/sync/backup.ts'
import type { Ledger } from './ledger.ts'

/** A page as the ledger knows it: its place in the log, and whether its token ever came back. */
export type KnownPage = { seq: number; returned: boolean }

/**
 * Takes in the token of a library sync as the product does (`returned.ts`), by the same pure decisions: a page that came back, a device
 * or a server that was put back in time, or nothing of ours. Gives the page that counts as returned.
 */
export function hear(ledger: Ledger, text: string | null): string | null {
  const [name, page] = text?.split('/') ?? []
  if (name === undefined || page === undefined) return hearNothing(ledger)
  noticeOtherPast(ledger, name, page)
  const opened = ledger.session.pages === 0
  if (opened) noticeBackup(ledger, page)
  const known = ledger.pages.get(page)
  if (opened || !known?.returned) ledger.add({ kind: 'returned', page, opened })
  if (known) ledger.pages.set(page, { ...known, returned: true })
  ledger.head = page
  return page
}

function hearNothing(ledger: Ledger): null {
  const { session } = ledger
  // Said once per session, however often the device repeats itself.
  if (session.pages > 0 && session.token === null) return null
  ledger.tokenless = true
  ledger.add({ kind: 'tokenless' })
  ledger.head = null
  return null
}

function noticeOtherPast(ledger: Ledger, name: string, page: string): void {
  const isOther = name !== ledger.house.name
  const isKnown = ledger.pages.has(page)
  if (isKnown && !isOther) return
  const told = ledger.log.findLast(({ kind }) => kind === 'rolled-back')?.seq ?? Infinity
  const isTold = ledger.log.some(
    (entry) => entry.kind === 'rolled-back' && isOther && entry.was === name,
  )
  const wasHeardSince = returnsIn(ledger).some(({ seq }) => seq > told)
  const past = { isTold, wasHeardSince }
  if (ledger.rules.remembersOtherPast({ isKnown, isOtherLedger: isOther }, past))
    ledger.add({ kind: 'rolled-back', page, was: isOther ? name : null })
  if (isKnown) return
  const mark = ledger.log.findLast((entry) => entry.kind === 'rolled-back')
  if (mark) ledger.pages.set(page, { seq: mark.seq, returned: false })
}

function noticeBackup(ledger: Ledger, id: string): void {
  const { seq } = ledger.pages.get(id) ?? { seq: 0 }
  const found = ledger.rules.comesFromBackup({ id, seq }, returnsIn(ledger), ledger.house.clock)
  if (!found) return
  ledger.add({ kind: 'restored', page: id, ...found })
  ledger.closeQuestions(found.issued)
}

/** Every return of a token, in the life that the device remembers. */
function returnsIn({ log, pages }: Ledger): Return[] {
  const voids = log.filter((entry) => entry.kind === 'restored')
  return log.flatMap((entry) => {
    if (entry.kind !== 'returned') return []
    if (voids.some((each) => entry.seq >= each.from && entry.seq < each.seq)) return []
    const { seq, at, page, opened } = entry
    return [{ seq, at, page, opened, issued: pages.get(page)?.seq ?? 0 }]
  })
}
