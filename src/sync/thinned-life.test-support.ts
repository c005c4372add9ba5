import type { BookRecord, DeviceRecord } from './worlds.ts'
import type { Holding } from './holding.ts'
import type { Base, BookFact, Entry, Mark } from './log.ts'
import { isSweeping } from './log.ts'
import { newestReturn, replay, unnamed } from './replay.ts'
import type { Thinned } from './thin.ts'
import { BOOK, Life, type Step } from './life.test-support.ts'

/** What is thinned of a log: the device, its book, up to its last session. */
export function recordsOf(life: Life): { device: DeviceRecord; book: BookRecord } {
  const { log } = life
  const issued = new Map(
    log.flatMap((entry) => (entry.kind === 'page' ? [[entry.page, entry.seq] as const] : [])),
  )
  const returned = newestReturn(log)
  return {
    device: {
      pages: log.flatMap((entry) =>
        entry.kind === 'page'
          ? [
              {
                seq: entry.seq,
                at: entry.at,
                id: entry.page,
                parent: entry.parent,
                returned: returnOf(log, entry.page),
                stranger: life.strangers.has(entry.page),
              },
            ]
          : [],
      ),
      sweeping: log.filter(isSweeping),
      sessions: log.filter((entry) => entry.kind === 'session'),
      head: life.head,
      newest: issued.get(returned ?? '') ?? 0,
      limit: log.findLast((entry) => entry.kind === 'session')?.seq ?? 0,
    },
    book: {
      base: null,
      facts: log.filter(
        (entry): entry is Mark & BookFact & { book: string } =>
          'book' in entry && entry.kind !== 'base' && entry.book === BOOK,
      ),
      operations: log.flatMap((entry) =>
        entry.kind === 'page'
          ? entry.operations
              .filter(({ book }) => book === BOOK)
              .map((operation, ordinal) => ({
                seq: entry.seq,
                at: entry.at,
                page: entry.page,
                ordinal,
                operation,
              }))
          : [],
      ),
    },
  }
}

function returnOf(log: readonly Entry[], page: string): Mark | null {
  const mark = log.find((entry) => entry.kind === 'returned' && entry.page === page)
  return mark ? { seq: mark.seq, at: mark.at } : null
}

/** The log without what may go, and with the base, if any, after what stands in its place. */
export function without(log: readonly Entry[], { facts, operations }: Thinned, base?: Mark & Base) {
  const seqs = new Set(facts.map((fact) => fact.seq))
  const told = new Set(operations.map(({ operation }) => operation))
  const kept = log
    .filter((entry) => !seqs.has(entry.seq))
    .map((entry) =>
      entry.kind === 'page'
        ? { ...entry, operations: entry.operations.filter((each) => !told.has(each)) }
        : entry,
    )
  if (base) kept.push({ ...base, book: BOOK })
  return kept.sort((one, other) => one.seq - other.seq)
}

/** How the book stands by this log, for a device whose newest page that came back is `head`. */
export function holdingIn(log: readonly Entry[], head: string | null): Holding {
  return replay(log, head).get(BOOK) ?? unnamed(log)
}

/** A life up to today, after which it is thinned. */
export function lived(past: readonly Step[]): Life {
  const life = new Life()
  for (const step of past) life.do(step)
  life.do({ what: 'session', n: 0, m: 0 })
  const { device } = recordsOf(life)
  life.askable = device.limit
  for (const { id, returned, seq } of device.pages)
    if (returned === null && seq < device.newest) life.lost.add(id)
  return life
}
