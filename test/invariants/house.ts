import type { BookFact } from '../../src/sync/log.ts'
import type { Moment } from '../../src/reading/reading-state.ts'
import type { Ledger } from './ledger.ts'

/** The books of every life. */
export const BOOKS = 'abcdefg'.split('')

/** In ms: what an entry of the log takes, and a step of a life. */
const MOMENT = 1000
export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** A revision, as the server counts them, and what it stands for: after a server was put back the same number is another text. */
export type Version = { rev: number; content: number }

/** Where the person is in a book, and since when. */
export type Place = Version & { modified: Moment }

const NOWHERE: Place = { rev: 0, content: 0, modified: momentAt(0) }
const FIRST: Version = { rev: 1, content: 0 }

/** A moment as a device says it, and as it counts at its arrival (`decode-states.ts`). */
export function momentAt(instant: number, arrival = instant): Moment {
  return { text: new Date(instant).toISOString(), at: Math.min(instant, arrival) }
}

/** What all devices of a person share: books, the shelf, places, and the clock. */
export class House {
  /** Epoch ms. */
  clock = Date.UTC(2026, 0, 1)
  /** The name of this past; it is given up when the server is put back with a new one. */
  name = 'L1'
  shelf = new Map<string, number>()
  ready = new Set(BOOKS)
  meta = new Map<string, Version>()
  places = new Map<string, Place>()
  /** Which file of a book its owner wants on the devices. */
  files = new Map<string, number>()
  readonly ledgers: Ledger[] = []
  private names = 1
  private serial = 0

  tick(ms = MOMENT): number {
    this.clock += ms
    return this.clock
  }

  /** Nothing happens for so long, in ms; what was only noted is written down meanwhile. */
  pass(ms: number): void {
    for (const ledger of this.ledgers) ledger.flush()
    this.tick(ms)
  }

  /** A number that nothing else has. */
  next(): number {
    return ++this.serial
  }

  metaOf(book: string): Version {
    return this.meta.get(book) ?? FIRST
  }

  placeOf(book: string): Place {
    return this.places.get(book) ?? NOWHERE
  }

  edit(book: string): void {
    this.meta.set(book, { rev: this.metaOf(book).rev + 1, content: this.next() })
  }

  fileOf(book: string): number {
    return this.files.get(book) ?? 1
  }

  /** The owner gives a book another file, which is to come to the devices that hold it. */
  replaceFile(book: string): void {
    this.files.set(book, this.fileOf(book) + 1)
  }

  /** The person reads on somewhere that is no device of this house. */
  readElsewhere(book: string): void {
    this.movePlace(book, momentAt(this.tick()), this.next())
  }

  movePlace(book: string, modified: Moment, content: number): void {
    this.places.set(book, { rev: this.placeOf(book).rev + 1, modified, content })
  }

  shelve(book: string, cause: 'person' | 'machine' = 'person'): void {
    if (this.shelf.has(book)) return
    this.shelf.set(book, this.tick())
    this.tell(book, { kind: 'shelved', cause })
  }

  unshelve(book: string, cause: 'person' | 'machine' = 'person'): void {
    if (!this.shelf.delete(book) || cause === 'person') return
    for (const ledger of this.ledgers)
      if (ledger.holding(book).state !== 'none') ledger.fact(book, { kind: 'unshelved', cause })
  }

  tell(book: string, fact: BookFact): void {
    for (const ledger of this.ledgers) ledger.fact(book, fact)
  }

  /** A backup of the server. */
  backup(): () => void {
    const saved = structuredClone(this.kept())
    const ledgers = this.ledgers.map((ledger) => ledger.backup())
    return () => {
      Object.assign(this, structuredClone(saved))
      for (const putBack of ledgers) putBack()
    }
  }

  /** What whoever puts the server back can do: its past gets another name, and every ledger is told. */
  renew(): void {
    const was = this.name
    this.name = `L${++this.names}`
    for (const ledger of this.ledgers) ledger.add({ kind: 'rolled-back', page: null, was })
  }

  private kept() {
    const { name, shelf, ready, meta, places, files } = this
    return { name, shelf, ready, meta, places, files }
  }
}
