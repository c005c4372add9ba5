import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { openHouse, type House } from '../support/house.ts'
import { atSync } from '../support/fault-at.ts'
import type { Fault } from '../../src/simulator/faults.ts'
import { booksOf } from '../support/made-books.ts'

let house: House
const { book, longShelf } = booksOf(() => house)

beforeEach(async () => {
  house = await openHouse()
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

describe('an interruption loses no book', () => {
  const faults: [string, Fault][] = [
    ['the request never arrives', { kind: 'drop-request' }],
    ['the answer is lost', { kind: 'lose-reply' }],
    ['the answer is cut', { kind: 'cut-reply', atByte: 3000 }],
    ['the request arrives twice', { kind: 'twice' }],
    ['the Kobo crashes before it stores the token', { kind: 'crash-before-token' }],
    ['the Kobo crashes after it stored the token', { kind: 'crash-after-token' }],
  ]
  const modes = ['per-page', 'at-end', 'pinned'] as const

  test.each(faults.flatMap(([what, fault]) => modes.map((mode) => ({ what, fault, mode }))))(
    'when $what at any page ($mode)',
    async ({ fault, mode }) => {
      await longShelf(12)
      for (const page of [1, 2]) {
        const kobo = await koboAt(house, {
          switches: {
            tokenStored: mode,
            newOnHeld: 'always-flips',
            downloadsPerSync: 2,
            sideCalls: false,
          },
        })
        await kobo.sync({ faults: atSync(page, fault) })
        house.advance(120_000)
        for (let n = 0; n < 4; n++) {
          const report = await kobo.sync()
          house.advance(120_000)
          expect(report.violations).toEqual([])
          expect(report.flips).toEqual([])
        }
        expect(kobo.titles()).toHaveLength(12)
        expect((await kobo.sync()).operations).toEqual([])
      }
    },
  )

  test('when the server is killed between two pages', async () => {
    await longShelf(25)
    const kobo = await koboAt(house, { switches: { newOnHeld: 'always-flips' } })
    expect((await kobo.sync({ faults: atSync(2, { kind: 'drop-request' }) })).pages).toBe(1)
    await house.restart({ kill: true })
    const report = await kobo.sync()
    expect(report).toMatchObject({ completed: true, violations: [], flips: [] })
    expect(kobo.titles()).toHaveLength(25)
    expect((await kobo.sync()).operations).toEqual([])
  })
})

describe('a Kobo that stops in the middle of a book, and fetches that book', () => {
  const torn = { kind: 'crash-before-token', atItem: 0 } as const
  const switches = { pageApplied: 'torn', sideCalls: false, downloadsPerSync: 0 } as const

  /** Stops in the middle of the first of two books, and fetches that one. */
  async function stopInTheMiddle(kobo: HouseKobo): Promise<void> {
    await kobo.sync({ faults: atSync(1, torn) })
    const [half] = kobo.contents()
    expect(kobo.titles()).toEqual([`${half?.id}…`])
    await kobo.tap(half?.id ?? '')
  }

  async function twoBooks(): Promise<HouseKobo> {
    const books = [await book('Emma'), await book('Persuasion')]
    await house.shelf(
      'Sofa',
      books.map(({ id }) => id),
    )
    return koboAt(house, { switches })
  }

  async function expectTitles(kobo: HouseKobo): Promise<void> {
    for (let n = 0; n < 3; n++) {
      house.advance(120_000)
      expect(await kobo.sync()).toMatchObject({ violations: [], flips: [] })
    }
    await kobo.downloadAll()
    expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
    house.advance(120_000)
    await kobo.sync()
    expect((await kobo.sync()).operations).toEqual([])
  }

  test('is told its title at last', async () => {
    const kobo = await twoBooks()
    await stopInTheMiddle(kobo)
    await expectTitles(kobo)
  })

  test('is told its title also where it had it before it was reset', async () => {
    const kobo = await twoBooks()
    await kobo.sync()
    await kobo.sync()
    kobo.factoryReset()
    house.advance(120_000)
    await stopInTheMiddle(kobo)
    await expectTitles(kobo)
  })
})
