import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anyKilledSchedule } from './kill.ts'
import { runSchedule } from './run-schedule.ts'
import { openStage, type Stage } from './stage.ts'

/** So many schedules here; `bin/bench soak --killed` runs any number. */
const SCHEDULES = 8

let stage: Stage

beforeAll(async () => {
  stage = await openStage(undefined, { killed: true })
})
afterAll(() => stage.close())

test('whenever the process of the server is killed, every invariant holds', async () => {
  const schedules = fc.asyncProperty(anyKilledSchedule, async ({ schedule, kills }) => {
    expect(Object.fromEntries(await runSchedule(stage, schedule, kills))).toEqual({})
  })
  await fc.assert(schedules, { numRuns: SCHEDULES, seed: 1, interruptAfterTimeLimit: 120_000 })
}, 300_000)
