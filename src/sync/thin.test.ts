import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Holding } from './holding.ts'
import { thinBook, thinDevice } from './thin.ts'
import { Life, ORDINARY, PROOFS, steps, WHAT, type Step } from './life.test-support.ts'
import { holdingIn, lived, recordsOf, without } from './thinned-life.test-support.ts'

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

  test('stays when it changes something for a later token that may come and be lost again', () => {
    const left = [page(NEW), RETURN, page(REMOVAL), page(NEW), ELSEWHERE, RETURN]
    // What it displays is unknown by the page that was left. The last one says nothing else of that, once it was taken.
    expect(gone(...left, page(NEW))).toEqual([])
  })

  test('stays while its token may still come', () => {
    expect(gone(ELSEWHERE, RETURN, page(NEW), page(NEW), page(NEW))).toEqual([])
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

function displayedAside(holding: Holding): object {
  return { ...holding, metaRev: null, stateRev: null }
}
