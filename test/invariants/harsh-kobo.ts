import type { Operation } from '../../src/sync/log.ts'
import { deleteArrives, listArrives, stateArrives, type Write } from './arrivals.ts'
import type { Faults } from './faults.ts'
import type { Ledger } from './ledger.ts'
import { pick, type Random } from './random.ts'

/** How a device keeps its token while pages continue: each page's, the last one's, or the first request's until it is over. */
export type TokenMode = 'page' | 'end' | 'pinned'

export const TOKEN_MODES: readonly TokenMode[] = ['page', 'end', 'pinned']

/** A book on the device; `meta` and `place` are what it displays, not what the server calls that. */
type Row = { file: boolean; listed: boolean; meta: number; place: number; fileRev: number }

/** What a backup of the device brings back. */
type Drive = {
  rows: Map<string, Row>
  token: string | null
  deletes: { book: string; id: number }[]
  writes: Write[]
  covers: Set<string>
  recent: string | null
  activates: boolean
}

/** What a row displays that has no words. */
const NO_WORDS = -1

/** Books a device downloads by itself per session. */
const DOWNLOADS = 2

/** A device that is as unkind as any report of real firmware: every New on a downloaded book turns it into a placeholder. */
export class HarshKobo {
  drive: Drive = emptyDrive()
  /** How much its clock is ahead, in ms. */
  ahead = 0
  /** Whether it keeps the token of an answer without operations. */
  storesOnEmpty: boolean
  /** Books that lost their file to a New nobody consented to, and operations on books it was never told of. */
  flips: string[] = []
  dropped: string[] = []
  /** Books that it was ever told of, also if it forgot them. */
  private readonly announced = new Set<string>()
  private listing: 'all' | 'open' | 'nothing'
  private readonly tokens: TokenMode
  private readonly random: Random

  constructor(tokens: TokenMode, random: Random, listing?: 'all' | 'open' | 'nothing') {
    this.tokens = tokens
    this.random = random
    this.listing = listing ?? pick(random, ['all', 'all', 'open', 'nothing'] as const) ?? 'all'
    this.storesOnEmpty = random() < 0.5
  }

  get rows(): Map<string, Row> {
    return this.drive.rows
  }

  get token(): string | null {
    return this.drive.token
  }

  /** One session in the order of a real device. `hears` is told of what reached the ledger. */
  session(ledger: Ledger, faults: Faults, between = (): void => {}, hears: Hears = DEAF): void {
    ledger.opener()
    if (this.drive.activates && faults.call() !== 'lost') {
      ledger.add({ kind: 'activation' })
      this.drive.activates = false
    }
    if (!this.sendDeletes(ledger, faults, hears)) return
    const wrote = this.sendStates(ledger, faults, hears)
    const before = this.token
    const outcome = this.pages(ledger, faults, between)
    if (outcome.over) return
    for (const book of outcome.fresh.slice(0, DOWNLOADS))
      if (!this.download(ledger, book, faults)) return this.forget(outcome, before)
    for (const book of this.rows.keys()) this.askCover(ledger, book, faults)
    if (outcome.unstored) return this.forget(outcome, before)
    if (faults.call()) return
    this.sendList(ledger, wrote)
  }

  /** Metadata, then the file; the begun download is known before the first byte. False when the session broke off. */
  download(ledger: Ledger, book: string, faults: Faults): boolean {
    const row = this.rows.get(book)
    if (!row) return true
    if (faults.call() === 'lost') return false
    ledger.note(book, { kind: 'metadata-asked' })
    if (faults.call() === 'lost') return false
    ledger.fact(book, { kind: 'download-begun' })
    if (faults.call()) return false
    row.file = true
    row.place = 0
    if (faults.call() === 'lost') return false
    ledger.note(book, { kind: 'annotations-asked' })
    row.listed = this.listing === 'all'
    return true
  }

  /** The reader turns pages, at this moment of the true clock. */
  read(book: string, now: number, content: number): void {
    const row = this.rows.get(book)
    if (!row?.file) return
    row.place = content
    this.drive.writes.push({ book, instant: now + this.ahead, content, read: now })
    if (this.listing !== 'nothing') row.listed = true
    this.drive.recent = book
  }

  remove(book: string, id: number): void {
    this.rows.delete(book)
    this.drive.deletes.push({ book, id })
  }

  /** Signed out and in again: the lists start anew. */
  signOut(ledger: Ledger, ...listed: string[]): void {
    for (const [book, row] of this.rows) row.listed = listed.includes(book)
    ledger.add({ kind: 'activation' })
  }

  /** A factory reset. `activates`: whether it signs in at its next session. */
  reset(activates: boolean): void {
    this.drive = { ...emptyDrive(), activates }
  }

  snapshot(): Drive {
    return structuredClone(this.drive)
  }

  restore(drive: Drive): void {
    this.drive = structuredClone(drive)
  }

  private pages(ledger: Ledger, faults: Faults, between: () => void): Outcome {
    const over: Outcome = { over: true, fresh: [], unstored: false }
    const fresh = new Set<string>()
    const { drive } = this
    let sent = drive.token
    let earlier: string | null | undefined
    for (let requests = 0; ; requests++) {
      if (requests > 60) {
        ledger.broken.push('endless session')
        return over
      }
      const fault = faults.sync()
      if (fault === 'killed') ledger.killed()
      if (fault === 'lost' || fault === 'killed') return over
      // An old request, that a proxy sends once more.
      if (fault === 'twin' && earlier !== undefined) ledger.sync(earlier)
      const first = ledger.sync(sent)
      earlier = sent
      const second = fault === 'twice' ? ledger.sync(sent) : first
      const answer = this.random() < 0.5 ? first : second
      if (fault === 'reply') return over
      between()
      const applied =
        fault === 'half'
          ? Math.floor(this.random() * answer.operations.length)
          : answer.operations.length
      for (const operation of answer.operations.slice(0, applied)) {
        this.apply(operation, ledger)
        if (operation.verb === 'new' || operation.verb === 'file') fresh.add(operation.book)
      }
      const torn = fault === 'half' ? answer.operations[applied] : undefined
      if (torn) this.applyHalf(torn)
      if (fault === 'half' || fault === 'crash') return over
      if (this.tokens !== 'pinned') sent = answer.token
      const stores = answer.operations.length > 0 || this.storesOnEmpty
      if (stores && (this.tokens === 'page' || !answer.more)) drive.token = answer.token
      if (fault === 'stored') return over
      if (fault === 'unstored') return { over: false, fresh: [...fresh], unstored: true }
      if (!answer.more) return { over: false, fresh: [...fresh], unstored: false }
    }
  }

  private apply(operation: Operation, ledger: Ledger): void {
    const { book, verb } = operation
    const row = this.rows.get(book)
    const told = ledger.told.get(operation)
    const meta = told?.meta.content ?? 0
    const place = told?.place.content ?? 0
    const isKnown = this.announced.has(book)
    // Another text may come with another cover, which it asks for.
    if (row && verb !== 'state' && row.meta !== meta) this.drive.covers.delete(book)
    if (verb === 'removal') this.rows.delete(book)
    else if (verb === 'new' || verb === 'file') {
      if (row?.file && !told?.consented) this.flips.push(book)
      this.rows.set(book, { file: false, listed: false, meta, place, fileRev: operation.fileRev })
      this.announced.add(book)
    } else if (!row) {
      if (!isKnown) this.dropped.push(book)
    } else if (verb === 'metadata') row.meta = meta
    // A place that arrives before the bytes is lost, and one that is older than what the reader did meanwhile is not taken.
    else if (row.file && !this.hasUnsent(book, Date.parse(told?.place.modified.text ?? '')))
      row.place = place
  }

  /** What a stop in the middle of an operation leaves: a new row without its words. */
  private applyHalf({ book, verb, fileRev }: Operation): void {
    if (verb !== 'new' || this.rows.has(book)) return
    this.rows.set(book, { file: false, listed: false, meta: NO_WORDS, place: 0, fileRev })
    this.announced.add(book)
  }

  private hasUnsent(book: string, instant: number): boolean {
    return this.drive.writes.some((write) => write.book === book && write.instant > instant)
  }

  private sendDeletes(ledger: Ledger, faults: Faults, hears: Hears): boolean {
    const { deletes } = this.drive
    for (let next = deletes[0]; next; next = deletes[0]) {
      const fault = faults.call()
      if (fault === 'lost') return false
      hears.removal(next, deleteArrives(ledger, next.book))
      if (fault === 'reply') return false
      deletes.shift()
    }
    return true
  }

  private sendStates(ledger: Ledger, faults: Faults, hears: Hears): boolean {
    const late: Write[] = []
    let wrote = false
    for (const write of this.drive.writes) {
      const fault = faults.write()
      if (fault === 'late' || fault === 'lost') {
        late.push(write)
        continue
      }
      stateArrives(ledger, write)
      hears.report(write)
      wrote = true
      if (fault === 'reply') late.push(write)
    }
    this.drive.writes = late
    return wrote
  }

  private askCover(ledger: Ledger, book: string, faults: Faults): void {
    const { covers } = this.drive
    if (covers.has(book)) return
    const fault = faults.call()
    if (fault === 'lost') return
    ledger.note(book, { kind: 'cover-asked' })
    if (!fault) covers.add(book)
  }

  private sendList(ledger: Ledger, wrote: boolean): void {
    const { recent } = this.drive
    const names = [...this.rows].filter(([, row]) => row.listed).map(([book]) => book)
    if (this.listing === 'all') listArrives(ledger, names, false)
    else if (this.listing === 'open' && recent && names.includes(recent))
      listArrives(ledger, [recent], wrote)
  }

  private forget(outcome: Outcome, token: string | null): void {
    if (outcome.unstored) this.drive.token = token
  }
}

function emptyDrive(): Drive {
  return {
    rows: new Map(),
    token: null,
    deletes: [],
    writes: [],
    covers: new Set(),
    recent: null,
    activates: false,
  }
}

type Outcome = { over: boolean; fresh: string[]; unstored: boolean }

/** Who wants to know which of the reader's acts reached the ledger; `news`: for the first time. */
export type Hears = {
  removal(sent: { book: string; id: number }, news: boolean): void
  report(write: Write): void
}
const DEAF: Hears = { removal() {}, report() {} }
