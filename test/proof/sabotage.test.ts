import { expect, test, vi } from 'vitest'
import { soakChanged } from './sabotage.ts'
import { SABOTAGES } from './sabotages.ts'

/** A proof that cannot fail proves nothing: each of these must be noticed within so many schedules. */
const SCHEDULES = 300

// Each keeps a core busy.
vi.setConfig({ maxConcurrency: 2 })

test.concurrent.each(SABOTAGES)(
  'the schedules notice: $what',
  async ({ changes, breaks, seed }) => {
    const { broken } = await soakChanged(changes, { schedules: SCHEDULES, seed })
    expect(broken.join('\n')).toMatch(breaks)
  },
  600_000,
)

/** A page has room for a hundred operations, and no schedule has as many. */
const SMALL_PAGES = {
  file: 'page.js',
  from: 'export const PAGE_OPERATIONS = 100;',
  to: 'export const PAGE_OPERATIONS = 2;',
}

test.concurrent('every invariant holds as well when a sync takes several pages', async () => {
  const { broken, after } = await soakChanged([SMALL_PAGES], { schedules: 15, seed: 1 })
  expect(broken).toEqual([])
  expect(after).toBe(15)
}, 600_000)

/** What only a crash can tell from the truth: a fact that is written, and what follows from it a moment later. */
const IN_TWO_STEPS = {
  file: 'facts.js',
  from: 'await home.db.transact((tx) => recordFactIn(tx, home, device, book, fact));',
  to: `await home.db.transact((tx) => appendFacts(tx, device.id, home.now(), [{ ...fact, book }]));
    await home.db.transact((tx) => refold(tx, device.id, [book]));`,
}

test.concurrent('schedules whose server is killed notice: one decision in two transactions', async () => {
  const run = { schedules: 60, seed: 400, killed: 60 }
  const { broken } = await soakChanged([IN_TWO_STEPS], run)
  expect(broken.join('\n')).toMatch(/I2:/)
}, 600_000)
