import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runSchedule } from './run-schedule.ts'
import { anySchedule } from './step.ts'
import { openStage, type Stage } from './world.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.house.close())

/** So many schedules; `bin/bench soak` runs any number. */
const SCHEDULES = Number(process.env['PROOF_SCHEDULES'] ?? 60)

test('whatever happens to two Kobos, their owner and their server, every invariant holds', async () => {
  await fc.assert(
    fc.asyncProperty(anySchedule, async (schedule) => {
      expect(Object.fromEntries(await runSchedule(stage, schedule))).toEqual({})
    }),
    {
      numRuns: SCHEDULES,
      seed: Number(process.env['PROOF_SEED'] ?? 1),
      endOnFailure: process.env['PROOF_SHRINK'] === undefined,
      interruptAfterTimeLimit: 500_000,
    },
  )
  console.log(stage.tally.schedules, stage.tally.steps, [...stage.tally.checks])
}, 600_000)
