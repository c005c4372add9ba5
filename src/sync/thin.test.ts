import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemsIn, presentWorld, type BookRecord, type DeviceRecord } from './worlds.ts'
import { foldBook } from './fold.ts'
import type { Holding } from './holding.ts'
import type { Base, BookFact, DeviceFact, Entry, Mark, Operation, Verb } from './log.ts'
import { isSweeping } from './log.ts'
import { makeBase } from './make-base.ts'
import { newestReturn, replay, unnamed } from './replay.ts'
import { isEvidence, thinBook, thinDevice, type Thinned } from './thin.ts'

const BOOK = 'emma'

/** In ms, so that what is told in one life is told before and after the little by which a clock may be off. */
const MOMENT = 7000

/** One thing that happens; `n` and `m` choose among what there is. */
type Step = { what: (typeof WHAT)[number]; n: number; m: number }

const VERBS = ['new', 'removal', 'metadata', 'state', 'new', 'file'] as const satisfies Verb[]

const PROOFS = [
  'state',
  'download-begun',
  'download-completed',
  'cover-asked',
  'annotation',
  'listed',
  'unlisted',
  'metadata-asked',
] as const

const ORDINARY = [
  'page',
  'page',
  'return',
  'return',
  'stranger',
  'elsewhere',
  'session',
  'complete',
  'proof',
  'proof',
  'proof',
  'state',
  'state',
  'delete',
  'consent',
  'shelved',
  'unshelved',
  'tokenless',
  'epoch',
  'epoch-at',
] as const

const WHAT = [...ORDINARY, 'restored', 'rolled-back', 'audited', 'activation'] as const

const steps = (what: readonly Step['what'][], size: { minLength?: number; maxLength: number }) =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...what),
      n: fc.nat({ max: 1000 }),
      m: fc.nat({ max: 1000 }),
    }),
    size,
  )

/** The log of one device, and what steps make of it. */
class Life {
  log: Entry[] = []
  strangers = new Set<string>()
  /** Pages that cannot come back any more. */
  lost = new Set<string>()
  private serial = 0
  private rev = 1
  private at = 0

  get head(): string | null {
    const tokenless = this.log.findLastIndex((entry) => entry.kind === 'tokenless')
    const returned = this.log.findLastIndex((entry) => entry.kind === 'returned')
    return tokenless > returned ? null : newestReturn(this.log)
  }

  do(step: Step): void {
    this.at += (1 + (step.n % 50)) * MOMENT
    const { n, m } = step
    switch (step.what) {
      case 'page':
        return this.page(operation(VERBS[n % VERBS.length] ?? 'new', this.newer(m)), this.head)
      case 'stranger': {
        this.page(operation('new', this.newer(m)), this.head)
        this.strangers.add(`p${this.serial}`)
        return
      }
      case 'elsewhere':
        return this.page({ ...operation('new', 1), book: 'another' }, this.head)
      case 'return':
        return this.return(n)
      case 'proof':
        return this.fact(
          proof(PROOFS[n % PROOFS.length] ?? 'listed', this.at - ((m % 300) - 5) * MOMENT),
        )
      case 'state':
        return this.fact({
          kind: 'state',
          instant: this.at - ((m % 300) - 5) * MOMENT,
          rev: this.newer(n),
        })
      case 'delete':
        return this.fact({ kind: 'delete', repeat: false, exclude: n % 2 === 0 })
      case 'consent':
        return this.fact({ kind: 'consent' })
      case 'shelved':
        return this.fact({ kind: 'shelved', cause: 'person' })
      case 'unshelved':
        return this.fact({ kind: 'unshelved', cause: n % 2 === 0 ? 'person' : 'machine' })
      case 'audited':
        if (n % 5 === 0) return this.fact({ kind: 'missed', row: n % 2 === 0, copied: this.at })
        return this.fact({ kind: 'audited', row: n % 3 > 0, file: n % 3 > 1 })
      case 'epoch':
        return this.add({ kind: 'epoch', from: this.log.length + 1, consent: n % 5 === 0 })
      case 'epoch-at': {
        const asked = this.log.findLast((entry) => entry.kind === 'tokenless')
        if (asked && asked.seq >= this.askable)
          this.add({ kind: 'epoch', from: asked.seq, consent: false })
        return
      }
      case 'rolled-back':
        return this.add({ kind: 'rolled-back', page: null, was: null })
      case 'restored':
        return this.restore(n)
      case 'session':
      case 'complete':
      case 'tokenless':
      case 'activation':
        return this.add({ kind: step.what })
    }
  }

  /** From where on a sync without a token may still be asked about. */
  askable = 0
  /** So far back a device may forget. */
  oldest = 0

  private newer(n: number): number {
    if (n % 3 === 0) this.rev += 1
    return this.rev
  }

  private page(operation: Operation, parent: string | null): void {
    this.add({ kind: 'page', page: `p${++this.serial}`, parent, operations: [operation] })
  }

  private pages(): (Mark & { page: string })[] {
    return this.log.filter(
      (entry): entry is Extract<Entry, { kind: 'page' }> =>
        entry.kind === 'page' && !this.strangers.has(entry.page) && !this.lost.has(entry.page),
    )
  }

  private return(n: number): void {
    const pages = this.pages()
    // Mostly the newest.
    const page = n % 4 > 0 ? pages.at(-1) : pages[n % pages.length]
    if (page) this.add({ kind: 'returned', page: page.page, opened: n % 2 === 0 })
  }

  private restore(n: number): void {
    const issued = new Map(this.pages().map((page) => [page.page, page.seq]))
    const returns = this.log.flatMap((entry) =>
      entry.kind === 'returned' ? [issued.get(entry.page) ?? 0] : [],
    )
    const page = this.pages()[n % issued.size]
    const later = returns.filter((seq) => page && seq > page.seq)
    if (!page || later.length === 0) return
    const from = Math.min(...later)
    if (from <= this.oldest) return
    this.add({ kind: 'restored', page: page.page, from, issued: page.seq })
    this.add({ kind: 'returned', page: page.page, opened: true })
  }

  private fact(fact: BookFact): void {
    this.add({ ...fact, book: BOOK })
  }

  private add(entry: PageEntry | (BookFact & { book: string }) | DeviceFact): void {
    this.log.push({ seq: this.log.length + 1, at: this.at, ...entry })
  }
}

type PageEntry = { kind: 'page'; page: string; parent: string | null; operations: Operation[] }

function operation(verb: Verb, rev: number): Operation {
  const artifact = verb === 'removal' ? null : 'file'
  return { verb, book: BOOK, metaRev: rev, fileRev: 1, stateRev: rev, artifact }
}

function proof(kind: (typeof PROOFS)[number], instant: number): BookFact {
  if (kind === 'state') return { kind, instant, rev: null }
  return kind === 'annotation' ? { kind, instant } : { kind }
}

/** What is thinned of a log: the device, its book, up to its last session. */
function recordsOf(life: Life): { device: DeviceRecord; book: BookRecord } {
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
function without(log: readonly Entry[], { facts, operations }: Thinned, base?: Mark & Base) {
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

function holdingIn(log: readonly Entry[], head: string | null): Holding {
  return replay(log, head).get(BOOK) ?? unnamed(log)
}

/** A life up to today, after which it is thinned. */
function lived(past: readonly Step[]): Life {
  const life = new Life()
  for (const step of past) life.do(step)
  life.do({ what: 'session', n: 0, m: 0 })
  const { device } = recordsOf(life)
  life.askable = device.limit
  for (const { id, returned, seq } of device.pages)
    if (returned === null && seq < device.newest) life.lost.add(id)
  return life
}

function displayedAside(holding: Holding): object {
  return { ...holding, metaRev: null, stateRev: null }
}

describe('a log that is thinned', () => {
  test('folds to the same, now and after whatever happens next', () => {
    let went = 0
    fc.assert(
      fc.property(
        steps(WHAT, { minLength: 30, maxLength: 120 }),
        steps(ORDINARY, { maxLength: 30 }),
        (past, next) => {
          const life = lived(past)
          const { device, book } = recordsOf(life)
          const thinned = thinBook(device, book)
          went += thinned.facts.length + thinned.operations.length
          for (const step of [null, ...next]) {
            if (step) life.do(step)
            const { log, head } = life
            expect(holdingIn(without(log, thinned), head)).toEqual(holdingIn(log, head))
          }
        },
      ),
      { numRuns: 400, seed: 20_261_126 },
    )
    expect(went).toBeGreaterThan(400)
  })

  test('holds the same after its device was put back in time, but for what it displays', () => {
    fc.assert(
      fc.property(
        steps(WHAT, { minLength: 30, maxLength: 120 }),
        steps(WHAT, { maxLength: 20 }),
        (past, next) => {
          const life = lived(past)
          const { device, book } = recordsOf(life)
          const thinned = thinBook(device, book)
          life.do({ what: 'restored', n: next.length, m: 0 })
          for (const step of [null, ...next]) {
            if (step) life.do(step)
            const { log, head } = life
            expect(displayedAside(holdingIn(without(log, thinned), head))).toEqual(
              displayedAside(holdingIn(log, head)),
            )
          }
        },
      ),
      { numRuns: 400, seed: 20_261_127 },
    )
  })

  test('keeps eight of each kind of evidence that says nothing new', () => {
    const life = new Life()
    life.do({ what: 'page', n: 0, m: 1 })
    life.do({ what: 'return', n: 1, m: 0 })
    life.do({ what: 'complete', n: 49, m: 0 }) // long enough for every clock
    for (let n = 0; n < 50; n += 1) {
      life.do({ what: 'state', n, m: 0 })
      life.do({ what: 'proof', n: PROOFS.indexOf('cover-asked'), m: 0 })
    }
    life.do({ what: 'session', n: 0, m: 0 })
    for (let n = 0; n < 20; n += 1) life.do({ what: 'state', n, m: 0 })
    const { device, book } = recordsOf(life)
    const { facts, operations } = thinBook(device, book)
    const kept = book.facts.filter((fact) => !facts.includes(fact))
    const before = kept.filter(({ seq }) => seq < device.limit)
    expect(operations).toEqual([])
    for (const kind of ['state', 'cover-asked']) {
      const all = book.facts.filter((fact) => fact.kind === kind && fact.seq < device.limit)
      const some = before.filter((fact) => fact.kind === kind)
      expect(some).toEqual([all[0], ...all.slice(-7)])
    }
    expect(kept.length - before.length).toBe(20)
  })

  test('keeps of what strangers were given what began it, and the newest', () => {
    const life = new Life()
    for (let n = 0; n < 30; n += 1) life.do({ what: 'stranger', n: 0, m: 1 })
    life.do({ what: 'session', n: 0, m: 0 })
    const { device, book } = recordsOf(life)
    const gone = thinBook(device, book).operations.map(({ page }) => page)
    expect(gone).toEqual(Array.from({ length: 28 }, (_, n) => `p${n + 2}`))
  })
})

describe('what was told on a page that was left behind', () => {
  const NEW = 0
  const REMOVAL = 1
  const page = (verb: number): Step => ({ what: 'page', n: verb, m: 1 })
  const RETURN: Step = { what: 'return', n: 1, m: 0 }
  const ELSEWHERE: Step = { what: 'elsewhere', n: 0, m: 1 }

  /** Pages of the operations that go. */
  function gone(...past: Step[]): string[] {
    const { device, book } = recordsOf(lived(past))
    return thinBook(device, book).operations.map((told) => told.page)
  }

  test('goes when it was told before and after in the same way', () => {
    const past = [page(NEW), page(NEW), page(NEW), ELSEWHERE, RETURN]
    expect(gone(...past)).toEqual(['p2'])
  })

  test('stays while it is the last that tells that the book was touched', () => {
    const past = [ELSEWHERE, RETURN, page(NEW), page(NEW), ELSEWHERE, RETURN]
    expect(gone(...past)).toEqual([])
  })

  test('stays when it changes something for a token that came once', () => {
    const taken = [page(NEW), RETURN, page(REMOVAL), RETURN]
    // Without any token the removal left it unsure, and the offer says nothing; with that of the removal it does.
    const past = [...taken, page(NEW), ELSEWHERE, page(NEW), ELSEWHERE, RETURN]
    expect(gone(...past)).toEqual([])
  })

  test('stays while its token may still come', () => {
    expect(gone(ELSEWHERE, RETURN, page(NEW), page(NEW), page(NEW))).toEqual([])
  })
})

describe('what is old is folded into a base', () => {
  test('that comes to the same, when what was acknowledged by then stays so', () => {
    let made = 0
    fc.assert(
      fc.property(
        steps(WHAT, { minLength: 30, maxLength: 120 }),
        steps(WHAT, { maxLength: 30 }),
        fc.nat({ max: 1000 }),
        (past, next, share) => {
          const life = lived(past)
          const { device, book } = recordsOf(life)
          const before = ((life.log.at(-1)?.at ?? 0) * share) / 1000
          const found = makeBase(device, book, before)
          if (!found) return
          made += 1
          const world = presentWorld(device, book.operations)
          const frozen = new Set(found.operations.map(({ operation }) => operation))
          const fixed = new Map(
            itemsIn(world, device, book).flatMap(({ entry }) =>
              entry.kind === 'operation' ? [[entry.operation, entry] as const] : [],
            ),
          )
          life.oldest = found.base.seq
          for (const step of [null, ...next]) {
            if (step) life.do(step)
            const today = recordsOf(life)
            const present = presentWorld(today.device, today.book.operations)
            const meant = itemsIn(present, today.device, today.book).map(({ entry }) =>
              entry.kind === 'operation' && frozen.has(entry.operation)
                ? (fixed.get(entry.operation) ?? entry)
                : entry,
            )
            const based = without(life.log, found, found.base)
            expect(holdingIn(based, life.head)).toEqual(foldBook(meant))
          }
        },
      ),
      { numRuns: 400, seed: 20_261_128 },
    )
    expect(made).toBeGreaterThan(100)
  })

  test('that stands although a device forgets more than it was ever told since', () => {
    const { based, device, base } = readBook()
    const restored = { kind: 'restored', page: 'p0', from: 1, issued: 0 } as const
    const forgotten = [...based, { ...restored, seq: device.limit + 1, at: 1e9 }]
    expect(holdingIn(forgotten, null)).toMatchObject({
      state: 'unsure',
      why: 'restored',
      file: true,
      artifact: base.stay.artifact,
    })
    const later = { ...restored, issued: base.touched ?? 0, seq: device.limit + 1, at: 1e9 }
    expect(holdingIn([...based, later], null)).toMatchObject({ state: 'held', file: true })
  })

  test('without pages whose token may still come', () => {
    const life = new Life()
    for (let n = 0; n < 9; n += 1) life.do({ what: 'page', n: 0, m: 1 })
    life.do({ what: 'session', n: 0, m: 0 })
    const { device, book } = recordsOf(life)
    expect(makeBase(device, book, 1e9)).toBeUndefined()
  })

  function readBook() {
    const life = new Life()
    life.do({ what: 'page', n: 0, m: 1 })
    life.do({ what: 'return', n: 1, m: 0 })
    for (let n = 0; n < 10; n += 1) life.do({ what: 'state', n, m: 0 })
    life.do({ what: 'elsewhere', n: 0, m: 0 })
    life.do({ what: 'return', n: 1, m: 0 })
    life.do({ what: 'session', n: 0, m: 0 })
    const { device, book } = recordsOf(life)
    const made = makeBase(device, book, 1e9)
    if (!made) throw new Error('There is no base.')
    return { device, book, made, base: made.base, based: without(life.log, made, made.base) }
  }

  test('that keeps the first and the newest evidence of each kind', () => {
    const { book, made } = readBook()
    const states = book.facts.filter(isEvidence)
    expect(made.facts).toEqual(states.slice(1, -1))
    expect(made.operations).toEqual(book.operations)
    expect(made.base).toMatchObject({ stay: { state: 'held', file: true }, proven: true })
  })
})

describe('facts about a whole device', () => {
  test('pass when they are old, but for the newest of each kind and for what still settles something', () => {
    const facts = (['session', 'complete', 'epoch'] as const).flatMap((kind, k) =>
      Array.from({ length: 40 }, (_, n) => ({ kind, seq: 3 * n + k + 1, at: n })),
    )
    const passed = thinDevice(facts, { before: 35, limit: 61 })
    expect(passed).toHaveLength(20 + 20)
    expect(Math.max(...passed)).toBeLessThan(61)
    expect(thinDevice(facts, { before: 1000, limit: 1000 })).toHaveLength(30 + 30)
  })
})
