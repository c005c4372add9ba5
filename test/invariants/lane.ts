import { NO_FAULTS, type Faults } from './faults.ts'
import type { HarshKobo } from './harsh-kobo.ts'
import { MINUTE } from './house.ts'
import { BOOKS, type Ledger } from './ledger.ts'

/**
 * What no server can know, and what is therefore not asked of it until an audit or until the book is settled otherwise.
 * `docs/sync.md`, *What cannot be known*.
 */
export type Exemption =
  | 'lost without a sign'
  | 'restored without a sign'
  | 'server put back without a sign'
  | 'told late by a clock that is ahead'
  | 'reset after it was said to be kept'

/** One device of a house: its ledger, the Kobo itself, and what is true of both that neither can know. */
export class Lane {
  readonly ledger: Ledger
  readonly kobo: HarshKobo
  readonly exempt = new Map<string, Exemption>()
  /** Books that differ since the device or the server was put back, which the next token of ours will tell. */
  readonly unseen = new Map<string, Exemption>()
  /** Books whose places were told by a clock that was set back: which of them is the later one cannot be known. Until an audit. */
  readonly misplaced = new Set<string>()
  private readonly wrong = new Map<string, number>()
  /** Books of which the device may hold another file than its ledger knows, since one of both was put back. Nothing that it tells names a file. */
  readonly refiled = new Set<string>()
  /** The place that the device shows of a book and had told, which a server that was put back has forgotten: it tells that no more. */
  readonly forgotten = new Map<string, number>()
  /** Books the reader removed and the policy keeps off, until they are shelved again. */
  keptOff = new Set<string>()
  /** The reader's removals that were heard. */
  heard = new Set<number>()
  /** When the device was reset, and when it was put back to a day on which it had no token of ours. */
  readonly resets: number[] = []
  readonly restores: number[] = []
  /** What was on the device when its last session ended. */
  met: HarshKobo['rows'] = new Map()
  private readonly broken: (problem: string) => void

  constructor(ledger: Ledger, kobo: HarshKobo, broken: (problem: string) => void) {
    this.ledger = ledger
    this.kobo = kobo
    this.broken = broken
  }

  session(faults: Faults, between: () => void): void {
    const { ledger, kobo } = this
    const at = ledger.log.length
    kobo.session(ledger, faults, faults === NO_FAULTS ? undefined : between, {
      removal: (sent, news) => {
        if (this.heard.has(sent.id)) return
        this.heard.add(sent.id)
        if (news && ledger.policy !== 'bring-back') this.keptOff.add(sent.book)
      },
      report: ({ book, instant, read }) => {
        const isAhead = instant > read + MINUTE && instant <= ledger.house.clock + MINUTE
        if (isAhead) this.exempt.set(book, 'told late by a clock that is ahead')
        // How wrong its clock was when the page was turned, and when one was before.
        const wrong = instant - read
        const before = this.wrong.get(book) ?? wrong
        if (Math.abs(wrong - before) >= MINUTE / 2) this.misplaced.add(book)
        this.wrong.set(book, wrong)
      },
    })
    const told = ledger.log.slice(at).some(({ kind }) => kind === 'returned' || kind === 'restored')
    if (told) this.unseen.clear()
    this.met = kobo.snapshot().rows
    this.check()
  }

  /** What was put back and what no token told of by now stays untold. */
  forgetUnseen(): void {
    for (const [book, why] of this.unseen) this.exempt.set(book, why)
    this.unseen.clear()
  }

  /** What must never happen on the way. */
  private check(): void {
    const { ledger, kobo, exempt } = this
    for (const book of kobo.flips)
      if (!exempt.has(book)) this.broken('a downloaded book became a placeholder')
    for (const book of kobo.dropped) if (!exempt.has(book)) this.broken('wrong verb')
    kobo.flips = []
    kobo.dropped = []
    for (const problem of ledger.broken) this.broken(problem)
  }

  /** The device holds exactly what it should, and displays what it should of it. */
  expectExact(when: string): void {
    const { ledger, kobo, exempt } = this
    const { house } = ledger
    for (const { book, holding, wanted } of ledger.pairs()) {
      if (exempt.has(book)) continue
      const row = kobo.rows.get(book)
      if (wanted && !row) this.broken(`missing${when}`)
      if (!wanted && row) this.broken(`left behind${when}`)
      if (wanted && row && row.meta !== house.metaOf(book).content) this.broken(`stale${when}`)
      const isFiled = row?.fileRev === house.fileOf(book) || this.refiled.has(book)
      if (wanted && row && holding.fileRev !== null && !isFiled) this.broken(`an old file${when}`)
      const { rev, content } = house.placeOf(book)
      const isForgotten = row !== undefined && row.place === this.forgotten.get(book)
      const isPlaced = row?.place === content || isForgotten || this.misplaced.has(book)
      if (wanted && row?.file && rev > 0 && !isPlaced) this.broken(`place lost${when}`)
      if (house.shelf.has(book) && holding.excluded && !this.keptOff.has(book))
        this.broken(`kept off${when}`)
    }
    const isKnown = [...kobo.rows.keys()].some((book) => !exempt.has(book))
    if (kobo.token === null && isKnown) this.broken('amnesia for ever')
  }
}

export { BOOKS }
