import { NO_FAULTS, type Faults, type SyncFault } from './faults.ts'
import { HarshKobo } from './harsh-kobo.ts'
import { MINUTE } from './house.ts'
import { Ledger } from './ledger.ts'
import type { Rules } from './rules.ts'

/** A small world for a story: a ledger, a device that stores each page's token and lists every book it downloaded. */
export function world(rules: Rules, listing: 'all' | 'nothing' = 'all') {
  const ledger = new Ledger(rules, 'keep-off')
  const kobo = new HarshKobo('page', () => 0, listing)
  return {
    ledger,
    kobo,
    shelve: (...books: string[]) => books.forEach((book) => ledger.house.shelve(book)),
    sync(faults: Faults = NO_FAULTS, between?: () => void) {
      ledger.house.pass(10 * MINUTE)
      kobo.session(ledger, faults, between)
    },
    /** The reader turns a page, so many ms from now. */
    read(book: string, later = 0) {
      ledger.house.pass(later)
      kobo.read(book, ledger.house.tick(), ledger.house.next())
    },
    /** Its token is lost, and perhaps all that it had. */
    loseToken: () => (kobo.drive.token = null),
    reset: (activates = true) => kobo.reset(activates),
    signOut() {
      kobo.signOut(ledger)
      kobo.drive.token = null
    },
    books: () => [...kobo.rows.keys()].sort().join(' '),
  }
}

export type World = ReturnType<typeof world>

/** A network that does this once, at this request of the first session. */
export function once(fault: SyncFault, at = 1): Faults {
  let left = at
  return {
    ...NO_FAULTS,
    sync() {
      left -= 1
      return left === 0 ? fault : null
    },
  }
}

/** A network that loses the first answer but those of library syncs. */
export function onceCall(): Faults {
  let next: 'reply' | null = 'reply'
  return {
    ...NO_FAULTS,
    call() {
      const now = next
      next = null
      return now
    },
  }
}
