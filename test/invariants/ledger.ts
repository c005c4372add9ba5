import { chainOf } from '../../src/sync/replay.ts'
import type { Holding } from '../../src/sync/holding.ts'
import type { BookFact, DeviceFact, Entry, Operation } from '../../src/sync/log.ts'
import { NEW_SESSION, type Session } from '../../src/sync/page.ts'
import type { Pair } from '../../src/sync/plan.ts'
import type { Rules } from './rules.ts'

/** The books of every life. */
export const BOOKS = 'abcdefg'.split('')

/** Operations per page: small, so that short lives have long sessions. */
const PAGE = 2

export type Policy = 'keep-off' | 'bring-back' | 'unshelve'
export type Answer = { token: string | null; operations: Operation[]; more: boolean }

/** One device's ledger in memory, around the pure decisions of the product: no HTTP, no database. */
export class Ledger {
  log: Entry[] = []
  readonly shelf = new Map<string, number>()
  readonly ready = new Set(BOOKS)
  readonly metaRev = new Map(BOOKS.map((book) => [book, 1]))
  /** Where the person is in each book: a revision and the instant it is about. */
  readonly place = new Map(BOOKS.map((book) => [book, { rev: 0, instant: -1 }]))
  clock = 0
  /** What a device that is not served rightly would show. */
  readonly broken: string[] = []
  /** Operations that were sent with the owner's consent. */
  readonly consented = new WeakSet<Operation>()
  private session: Session = NEW_SESSION
  private serial = 0
  private stuckSessions = 0
  private continues = 0
  private tokenlessNoted = false

  readonly rules: Rules
  readonly policy: Policy

  constructor(rules: Rules, policy: Policy) {
    this.rules = rules
    this.policy = policy
  }

  opener(): void {
    this.session = NEW_SESSION
    this.continues = 0
    this.tokenlessNoted = false
    this.add({ kind: 'session' })
  }

  /** One turn of the library sync. `token` is the page it names. */
  sync(token: string | null): Answer {
    if (token) {
      const opens = this.session.pages === 0
      if (opens || !this.log.some((entry) => entry.kind === 'returned' && entry.page === token))
        this.add({ kind: 'returned', page: token, opened: opens })
      if (!this.rules.keeping.abandonedPages) this.dropAbandoned(token)
    } else if (!this.tokenlessNoted) {
      this.add({ kind: 'tokenless' })
      this.tokenlessNoted = true
    }
    const pairs = this.pairs(token)
    const due = this.rules.plan(pairs)
    const session = this.rules.heard(this.session, token)
    if (session.repeats === 3) this.stuckSessions++
    const cut = this.rules.cutPage(
      due,
      session,
      { onePage: this.stuckSessions >= 2, operations: PAGE },
      () => 1500,
    )
    this.session = cut.session
    if (cut.more && ++this.continues > Math.ceil((cut.session.budget ?? 0) / PAGE) + 3)
      this.broken.push('endless continue')
    const carried = !token && cut.page.length === 0 ? this.rules.carrier(pairs) : undefined
    const operations = (carried ? [carried] : cut.page).map((each) => each.operation)
    if (operations.length === 0) {
      this.add({ kind: 'complete' })
      return { token: this.newest(), operations, more: false }
    }
    for (const each of cut.page) if (each.pair.holding.consent) this.consented.add(each.operation)
    const page = `p${++this.serial}`
    this.add({ kind: 'page', page, parent: token, operations })
    if (!cut.more) this.add({ kind: 'complete' })
    return { token: page, operations, more: cut.more }
  }

  /** The page whose token came back last. */
  newest(): string | null {
    const last = this.log.findLast((entry) => entry.kind === 'returned')
    return last ? last.page : null
  }

  holding(book: string, head = this.newest()): Holding {
    return this.rules.replay(this.log, head).get(book) ?? this.rules.unnamed(this.log)
  }

  wants(book: string, holding: Holding): boolean {
    return this.shelf.has(book) && !holding.excluded
  }

  fact(book: string, fact: BookFact): void {
    this.add({ book, ...fact })
  }

  activation(): void {
    this.add({ kind: 'activation' })
  }

  /** A DELETE arrives. Returns whether it was the first time it was heard. */
  delete(book: string): boolean {
    const holding = this.holding(book)
    const repeat = this.rules.keeping.repeatedDelete && holding.state === 'none' && holding.deleted
    this.fact(book, { kind: 'delete', repeat, exclude: this.policy !== 'bring-back' })
    if (this.policy === 'unshelve' && !repeat) this.shelf.delete(book)
    return !repeat
  }

  /** A reading state arrives: the later instant wins. Returns the revision both now share; null when ours is newer. */
  state(book: string, instant: number): number | null {
    const place = this.place.get(book) ?? { rev: 0, instant: -1 }
    if (instant > place.instant) this.place.set(book, { rev: place.rev + 1, instant })
    const shared = instant >= place.instant
    const rev = shared ? (this.place.get(book)?.rev ?? 0) : null
    this.fact(book, { kind: 'state', instant, rev })
    return rev
  }

  /** The person reads on somewhere else. */
  readElsewhere(book: string): void {
    const place = this.place.get(book) ?? { rev: 0, instant: -1 }
    this.place.set(book, { rev: place.rev + 1, instant: ++this.clock })
  }

  /** A list arrives; it is an inventory when it came after a complete sync, with nothing written just before, and names enough. */
  list(names: readonly string[], wroteJustBefore: boolean): void {
    const listed = BOOKS.filter((book) => this.holding(book).listed)
    const ever = new Set(this.log.flatMap((entry) => (entry.kind === 'listed' ? [entry.book] : [])))
    const complete =
      this.log.findLast((entry) => entry.kind === 'complete' || entry.kind === 'session')?.kind ===
      'complete'
    const inventory =
      complete &&
      !wroteJustBefore &&
      (names.length >= 2 || [...ever].every((book) => names.includes(book)))
    for (const book of names) this.fact(book, { kind: 'listed' })
    if (inventory)
      for (const book of listed) if (!names.includes(book)) this.fact(book, { kind: 'unlisted' })
  }

  shelve(book: string): void {
    if (this.shelf.has(book)) return
    this.shelf.set(book, ++this.clock)
    this.fact(book, { kind: 'shelved', cause: 'person' })
  }

  unshelve(book: string): void {
    this.shelf.delete(book)
  }

  audit(rows: ReadonlyMap<string, { file: boolean }>): void {
    for (const book of BOOKS) {
      const row = rows.get(book)
      this.fact(book, { kind: 'audited', row: row !== undefined, file: row?.file ?? false })
    }
  }

  private pairs(head: string | null): Pair[] {
    const holdings = this.rules.replay(this.log, head)
    const completes = this.log.filter((entry) => entry.kind === 'complete')
    return BOOKS.map((book) => {
      const holding = holdings.get(book) ?? this.rules.unnamed(this.log)
      return {
        book,
        holding,
        wanted: this.wants(book, holding),
        shelvedAt: this.shelf.get(book) ?? 0,
        metaRev: this.metaRev.get(book) ?? 1,
        fileRev: 1,
        stateRev: this.place.get(book)?.rev ?? 0,
        artifact: this.ready.has(book) ? `file of ${book}` : null,
        completesSinceDoubt: completes.filter((entry) => entry.seq > (holding.doubtSeq ?? 0))
          .length,
      }
    })
  }

  private add(entry: ({ book: string } & BookFact) | DeviceFact | PageEntry): void {
    this.log.push({ seq: this.log.length + 1, at: ++this.clock, ...entry })
  }

  /** What must not be done: forget pages that were left behind as soon as a later one comes back. */
  private dropAbandoned(head: string): void {
    const parents = new Map(
      this.log.flatMap((entry) =>
        entry.kind === 'page' ? [[entry.page, entry.parent] as const] : [],
      ),
    )
    const chain = chainOf(parents, head)
    const at = this.log.findIndex((entry) => entry.kind === 'page' && entry.page === head)
    this.log = this.log.map((entry, index) =>
      entry.kind === 'page' && index < at && !chain.has(entry.page)
        ? { ...entry, operations: [] }
        : entry,
    )
  }
}

type PageEntry = { kind: 'page'; page: string; parent: string | null; operations: Operation[] }
