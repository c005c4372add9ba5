import { chainOf } from '../../src/sync/replay.ts'
import type { Holding } from '../../src/sync/holding.ts'
import type { BookFact, DeviceFact, Entry, Operation } from '../../src/sync/log.ts'
import { NEW_SESSION, type Session } from '../../src/sync/page.ts'
import type { Due, Pair } from '../../src/sync/plan.ts'
import { hear, type KnownPage } from './hearing.ts'
import { BOOKS, House, type Place, type Version } from './house.ts'
import type { Rules } from './rules.ts'

/** Operations per page: small, so that short lives have long sessions. */
const PAGE = 2

/** Removals by a machine that need no confirmation (`brake.ts`). */
const FEW = 5

export type Policy = 'keep-off' | 'bring-back' | 'unshelve'
export type Answer = { token: string | null; operations: Operation[]; more: boolean }
type PageEntry = { kind: 'page'; page: string; parent: string | null; operations: Operation[] }

/** One device's ledger in memory, around the pure decisions of the product: no HTTP, no database. */
export class Ledger {
  log: Entry[] = []
  pages = new Map<string, KnownPage>()
  /** The page whose token counts as returned. */
  head: string | null = null
  session: Session = NEW_SESSION
  tokenless = false
  /** Where the session began, until it is judged. */
  unjudged: number | null = null
  /** Where the questions that are open about the library begin, oldest first. */
  questions: number[] = []
  /** What a device that is not served rightly would show. */
  readonly broken: string[] = []
  /** What a device is told by an operation: with or without its owner's consent, and what its revisions stand for. */
  readonly told = new WeakMap<Operation, { consented: boolean; meta: Version; place: Place }>()
  readonly house: House
  readonly rules: Rules
  readonly policy: Policy
  private notes: ({ book: string } & BookFact)[] = []
  private stuckSessions = 0
  private continues = 0

  constructor(rules: Rules, policy: Policy, house = new House()) {
    this.rules = rules
    this.policy = policy
    this.house = house
    house.ledgers.push(this)
  }

  opener(): void {
    this.sessionOver()
    this.session = NEW_SESSION
    this.continues = 0
    this.tokenless = false
    this.add({ kind: 'session' })
    this.unjudged = this.log.length
  }

  /** One turn of the library sync with the token as it comes. */
  sync(token: string | null): Answer {
    const returned = hear(this, token)
    if (returned && !this.rules.keeping.abandonedPages) this.dropAbandoned(returned)
    const pairs = this.pairs()
    const due = redelivering(this.rules.plan(pairs, isBraked(pairs)), pairs)
    const session = this.rules.heard(this.session, returned)
    if (session.repeats === 3) this.stuckSessions++
    const limits = { onePage: this.stuckSessions >= 2, operations: PAGE }
    const cut = this.rules.cutPage(due, session, limits, () => 1500)
    this.session = cut.session
    if (cut.more && ++this.continues > Math.ceil((cut.session.budget ?? 0) / PAGE) + 3)
      this.broken.push('endless continue')
    const carried = !returned && cut.page.length === 0 ? this.rules.carrier(pairs) : undefined
    const sent = carried ? [carried] : cut.page
    const operations = sent.map((each) => this.tells(each))
    if (operations.length === 0) {
      this.add({ kind: 'complete' })
      return { token: this.tokenOf(this.rules.newestReturn(this.log)), operations, more: false }
    }
    const page = `p${this.house.next()}`
    this.add({ kind: 'page', page, parent: returned, operations })
    this.pages.set(page, { seq: this.log.length, returned: false })
    if (!cut.more) this.add({ kind: 'complete' })
    return { token: this.tokenOf(page), operations, more: cut.more }
  }

  holding(book: string): Holding {
    return this.rules.replay(this.log, this.head).get(book) ?? this.rules.unnamed(this.log)
  }

  wants(book: string, holding: Holding): boolean {
    return this.house.shelf.has(book) && !holding.excluded
  }

  /** Everything there is to know of each book. */
  pairs(): Pair[] {
    const { house } = this
    const holdings = this.rules.replay(this.log, this.head)
    const completes = this.log.filter((entry) => entry.kind === 'complete')
    return BOOKS.map((book) => {
      const holding = holdings.get(book) ?? this.rules.unnamed(this.log)
      const since = holding.doubtSeq ?? 0
      return {
        book,
        holding,
        wanted: this.wants(book, holding),
        shelvedAt: house.shelf.get(book) ?? 0,
        metaRev: house.metaOf(book).rev,
        fileRev: house.fileOf(book),
        stateRev: house.placeOf(book).rev,
        artifact: house.ready.has(book) ? `file of ${book}` : null,
        completesSinceDoubt: completes.filter((entry) => entry.seq > since).length,
      }
    })
  }

  fact(book: string, fact: BookFact): void {
    this.add({ book, ...fact })
  }

  /** What gates nothing waits in memory until something durable is written, or the server is killed. */
  note(book: string, fact: BookFact): void {
    this.notes.push({ book, ...fact })
  }

  /** Writes down what was noted. */
  flush(): void {
    for (const note of this.notes.splice(0)) this.append(note)
  }

  /** The server is killed: what was not written down is gone. */
  killed(): void {
    this.notes = []
  }

  /** A session is over, by the next opener or by silence: what became of the library is judged. */
  sessionOver(): void {
    const began = this.unjudged
    this.unjudged = null
    this.flush()
    if (began === null || (!this.tokenless && this.questions.length === 0)) return
    const judgement = this.rules.judgeAmnesia(this.log, began, this.questions.at(-1) ?? null)
    if (!judgement) return
    const { verdict, from } = judgement
    if (verdict === 'there') this.closeQuestions(from, from)
    if (verdict === 'gone') this.epoch(from)
    if (verdict === 'ask' && !this.questions.includes(from)) this.questions.push(from)
  }

  epoch(from: number, consent = false): void {
    this.add({ kind: 'epoch', from, consent })
    this.closeQuestions(0, from)
  }

  closeQuestions(since = 0, until = Infinity): void {
    this.questions = this.questions.filter((from) => from < since || from > until)
  }

  add(entry: ({ book: string } & BookFact) | DeviceFact | PageEntry): void {
    this.flush()
    this.append(entry)
  }

  backup(): () => void {
    this.flush()
    const { log, pages, head, questions, stuckSessions, session, unjudged, tokenless } = this
    const kept = { pages, head, questions, stuckSessions, session, unjudged, tokenless }
    const saved = structuredClone(kept)
    const length = log.length
    const lines = log.slice(0, length)
    return () => {
      this.notes = []
      Object.assign(this, structuredClone(saved), { log: [...lines], session: NEW_SESSION })
    }
  }

  private tells({ operation, pair }: Due): Operation {
    const { house } = this
    const { book } = operation
    const consented = pair.holding.consent !== null || operation.verb === 'file'
    const told = { consented, meta: house.metaOf(book), place: house.placeOf(book) }
    this.told.set(operation, told)
    return operation
  }

  private tokenOf(page: string | null): string | null {
    return page && `${this.house.name}/${page}`
  }

  private append(entry: ({ book: string } & BookFact) | DeviceFact | PageEntry): void {
    this.log.push({ seq: this.log.length + 1, at: this.house.tick(), ...entry })
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

/** With the files that are to replace another: fold and wire know them, and nothing of the product plans them yet. */
function redelivering(due: Due[], pairs: readonly Pair[]): Due[] {
  const replaced = pairs.flatMap((pair): Due[] => {
    const { book, holding, wanted, fileRev, metaRev, stateRev, artifact } = pair
    const isOld = wanted && holding.state === 'held' && !holding.consent
    if (!isOld || holding.fileRev === null || holding.fileRev === fileRev || !artifact) return []
    return [{ pair, operation: { verb: 'file', book, metaRev, fileRev, stateRev, artifact } }]
  })
  const books = new Set(replaced.map(({ pair }) => pair.book))
  const news = due.filter(({ operation }) => operation.verb === 'new')
  const others = due.filter(
    ({ operation, pair }) => operation.verb !== 'new' && !books.has(pair.book),
  )
  return [...news, ...replaced, ...others]
}

/** As `brake.ts`: of so few books the tenth part is always less. */
export function isBraked(pairs: readonly Pair[]): boolean {
  return pairs.filter(({ holding }) => holding.byMachine).length > FEW
}

export { BOOKS }
