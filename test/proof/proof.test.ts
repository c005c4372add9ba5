import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KEPT } from './kept.ts'
import { runSchedule } from './run-schedule.ts'
import { anySchedule } from './step.ts'
import { openStage, type Stage } from './stage.ts'

/** So many schedules here; `bin/bench soak` runs any number. */
const SCHEDULES = 30

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

test('whatever happens to two Kobos, their owner and their server, every invariant holds', async () => {
  const schedules = fc.asyncProperty(anySchedule, async (schedule) => {
    expect(Object.fromEntries(await runSchedule(stage, schedule))).toEqual({})
  })
  await fc.assert(schedules, { numRuns: SCHEDULES, seed: 1, interruptAfterTimeLimit: 120_000 })
}, 300_000)

test.each(KEPT)('what failed once holds: $wrong', async ({ schedule }) => {
  expect(Object.fromEntries(await runSchedule(stage, schedule))).toEqual({})
})
