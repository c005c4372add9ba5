import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { itemsIn, presentWorld } from './worlds.ts'
import { foldBook } from './fold.ts'
import { makeBase } from './make-base.ts'
import { isEvidence } from './thin.ts'
import { Life, steps, WHAT } from './life.test-support.ts'
import { holdingIn, lived, recordsOf, without } from './thinned-life.test-support.ts'

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
