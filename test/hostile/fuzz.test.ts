import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse } from '../support/house.ts'
import type { House } from '../support/house.ts'
import { tempHome } from '../support/temp-home.ts'
import type { TempHome } from '../support/temp-home.ts'
import { fuzzBook, spoilables } from './fuzz-books.ts'
import { openFuzzer } from './fuzz-requests.ts'
import { furnish, REFURNISHED } from './fuzz-target.ts'

/** `bin/bench fuzz` does many more of both. */
const BOOKS = 500
const REQUESTS = 1_200

describe('spoilt books', () => {
  let home: TempHome
  beforeAll(async () => {
    home = await tempHome()
  })
  afterAll(async () => {
    await home.close()
  })

  test(`each of ${BOOKS} is refused with a sentence or becomes a book`, async () => {
    const books = await spoilables()
    const counts = new Map<string, number>()
    for (let seed = 1; seed <= BOOKS; seed += 1) {
      const outcome = await fuzzBook(home, books, seed).catch((error: unknown) => {
        throw new Error(`Seed ${seed} met a bug.`, { cause: error })
      })
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
    // Both happen, or the books are not spoilt in ways that tell anything.
    expect(counts.get('became a book')).toBeGreaterThan(BOOKS / 20)
    expect(counts.size).toBeGreaterThan(4)
  }, 120_000)
})

describe('spoilt requests', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(async () => {
    await house.close()
  })

  test(`none of ${REQUESTS} is answered with a 500, or not at all`, async () => {
    let fuzzer = openFuzzer(await furnish(house))
    const filesBefore = openFiles()
    const bad: string[] = []
    let understood = 0
    for (let seed = 1; seed <= REQUESTS; seed += 1) {
      if (seed % REFURNISHED === 0) {
        fuzzer.close()
        fuzzer = openFuzzer(await furnish(house))
      }
      const outcome = await fuzzer.ask(seed)
      if (outcome.startsWith('5')) bad.push(`seed ${seed}: ${outcome}`)
      if (outcome.startsWith('2')) understood += 1
    }
    fuzzer.close()
    expect(bad).toEqual([])
    // What only meets closed doors tests nothing behind them.
    expect(understood).toBeGreaterThan(REQUESTS / 4)
    expect((await fetch(`${house.url}/healthz`)).status).toBe(200)
    expect(openFiles() - filesBefore).toBeLessThan(30)
  }, 120_000)
})

function openFiles(): number {
  return readdirSync('/proc/self/fd').length
}
