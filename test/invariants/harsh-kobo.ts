import type { Operation } from '../../src/sync/log.ts'
import type { Ledger } from './ledger.ts'
import { pick, type Random } from './random.ts'

/** How a device keeps its token while pages continue: each page's, the last one's, or the first request's until it is over. */
export type TokenMode = 'page' | 'end' | 'pinned'

export const TOKEN_MODES: readonly TokenMode[] = ['page', 'end', 'pinned']

/**
 * What can happen to a library sync: the request is lost; its answer is lost; the device crashes when it has applied all or half
 * of a page; the request is sent twice; the session breaks off after the token was stored, or before it could be.
 */
export type SyncFault = 'lost' | 'reply' | 'crash' | 'half' | 'twice' | 'stored' | 'unstored'

/** What can happen to another exchange: it is lost, its answer is lost, or the device sends it only at a later session. */
export type CallFault = 'lost' | 'reply'
export type WriteFault = CallFault | 'late'

export type Faults = {
  sync(): SyncFault | null
  call(): CallFault | null
  write(): WriteFault | null
}

export const NO_FAULTS: Faults = { sync: () => null, call: () => null, write: () => null }

type Row = { file: boolean; listed: boolean; metaRev: number; place: number }

/** Books a device downloads by itself per session. */
const DOWNLOADS = 2

/** A device that is as unkind as any report of real firmware: every New on a downloaded book turns it into a placeholder. */
export class HarshKobo {
  rows = new Map<string, Row>()
  token: string | null = null
  deletes: { book: string; id: number }[] = []
  writes: { book: string; instant: number }[] = []
  /** Books that lost their file to a New nobody consented to, and operations on books it was never told of. */
  readonly flips: string[] = []
  readonly dropped: string[] = []
  private readonly covers = new Set<string>()
  private readonly announced = new Set<string>()
  private recent: string | null = null
  private listing: 'all' | 'open' | 'nothing'
  private readonly storesOnEmpty: boolean
  private readonly tokens: TokenMode
  private readonly random: Random

  constructor(tokens: TokenMode, random: Random, listing?: 'all' | 'open' | 'nothing') {
    this.tokens = tokens
    this.random = random
    this.listing = listing ?? pick(random, ['all', 'all', 'open', 'nothing'] as const) ?? 'all'
    this.storesOnEmpty = random() < 0.5
  }

  /** One session in the order of a real device. `heard` is told of each DELETE that reached the ledger, and whether it was news. */
  session(ledger: Ledger, faults: Faults, between = (): void => {}, heard: Heard = () => {}): void {
    ledger.opener()
    if (!this.sendDeletes(ledger, faults, heard)) return
    const wrote = this.sendStates(ledger, faults)
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
    ledger.fact(book, { kind: 'metadata-asked' })
    if (faults.call() === 'lost') return false
    ledger.fact(book, { kind: 'download-begun' })
    if (faults.call()) return false
    row.file = true
    row.place = 0
    if (faults.call() === 'lost') return false
    ledger.fact(book, { kind: 'annotations-asked' })
    row.listed = this.listing === 'all'
    return true
  }

  read(book: string, now: number): void {
    const row = this.rows.get(book)
    if (!row?.file) return
    this.writes.push({ book, instant: now })
    if (this.listing !== 'nothing') row.listed = true
    this.recent = book
  }

  remove(book: string, id: number): void {
    this.rows.delete(book)
    this.deletes.push({ book, id })
  }

  /** Signed out and in again: the lists start anew. */
  signOut(ledger: Ledger, ...listed: string[]): void {
    for (const [book, row] of this.rows) row.listed = listed.includes(book)
    ledger.activation()
  }

  private pages(ledger: Ledger, faults: Faults, between: () => void): Outcome {
    const over: Outcome = { over: true, fresh: [], unstored: false }
    const fresh = new Set<string>()
    let sent = this.token
    for (let requests = 0; ; requests++) {
      if (requests > 60) {
        ledger.broken.push('endless session')
        return over
      }
      const fault = faults.sync()
      if (fault === 'lost') return over
      const first = ledger.sync(sent)
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
        if (operation.verb === 'new') fresh.add(operation.book)
      }
      if (fault === 'half' || fault === 'crash') return over
      if (this.tokens !== 'pinned') sent = answer.token
      const stores = answer.operations.length > 0 || this.storesOnEmpty
      if (stores && (this.tokens === 'page' || !answer.more)) this.token = answer.token
      if (fault === 'stored') return over
      if (fault === 'unstored') return { over: false, fresh: [...fresh], unstored: true }
      if (!answer.more) return { over: false, fresh: [...fresh], unstored: false }
    }
  }

  private apply(operation: Operation, ledger: Ledger): void {
    const { book } = operation
    const row = this.rows.get(book)
    switch (operation.verb) {
      case 'new':
      case 'file':
        if (row?.file && !ledger.consented.has(operation)) this.flips.push(book)
        this.rows.set(book, {
          file: false,
          listed: false,
          metaRev: operation.metaRev,
          place: operation.stateRev,
        })
        this.announced.add(book)
        return
      case 'removal':
        this.rows.delete(book)
        return
      case 'metadata':
        if (row) row.metaRev = operation.metaRev
        else if (!this.announced.has(book)) this.dropped.push(book)
        return
      case 'state':
        // A place that arrives before the bytes is lost.
        if (row?.file) row.place = operation.stateRev
        else if (!row && !this.announced.has(book)) this.dropped.push(book)
        return
    }
  }

  private sendDeletes(ledger: Ledger, faults: Faults, heard: Heard): boolean {
    for (let next = this.deletes[0]; next; next = this.deletes[0]) {
      const fault = faults.call()
      if (fault === 'lost') return false
      heard(next, ledger.delete(next.book))
      if (fault === 'reply') return false
      this.deletes.shift()
    }
    return true
  }

  private sendStates(ledger: Ledger, faults: Faults): boolean {
    const late: typeof this.writes = []
    let wrote = false
    for (const write of this.writes) {
      const fault = faults.write()
      if (fault === 'late' || fault === 'lost') {
        late.push(write)
        continue
      }
      const rev = ledger.state(write.book, write.instant)
      const row = this.rows.get(write.book)
      if (row && rev !== null) row.place = rev
      wrote = true
      if (fault === 'reply') late.push(write)
    }
    this.writes = late
    return wrote
  }

  private askCover(ledger: Ledger, book: string, faults: Faults): void {
    if (this.covers.has(book)) return
    const fault = faults.call()
    if (fault === 'lost') return
    ledger.fact(book, { kind: 'cover-asked' })
    if (!fault) this.covers.add(book)
  }

  private sendList(ledger: Ledger, wrote: boolean): void {
    const names = [...this.rows].filter(([, row]) => row.listed).map(([book]) => book)
    if (this.listing === 'all') ledger.list(names, false)
    else if (this.listing === 'open' && this.recent && names.includes(this.recent))
      ledger.list([this.recent], wrote)
  }

  private forget(outcome: Outcome, token: string | null): void {
    if (outcome.unstored) this.token = token
  }
}

type Outcome = { over: boolean; fresh: string[]; unstored: boolean }
type Heard = (sent: { book: string; id: number }, news: boolean) => void
