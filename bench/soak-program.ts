import fc from 'fast-check'
import { runSchedule } from '../test/proof/run-schedule.ts'
import { anySchedule } from '../test/proof/step.ts'
import { Tally, type TallyTold } from '../test/proof/tally.ts'
import { openStage } from '../test/proof/world.ts'

/** What a process says now and then: what it has counted so far, and what failed. */
export type SoakTold = TallyTold & { failures: string[] }

/** So many schedules go through one house, so that its database stays that of a household. */
const IN_ONE_HOUSE = 25

/** How many schedules, from which seed on, and after how many failures more of them tell nothing new. */
const [schedules = 0, seed = 0, enough = 3] = process.argv.slice(2).map(Number)
const tally = new Tally()
const failures: string[] = []

for (let done = 0; done < schedules && failures.length < enough; done += IN_ONE_HOUSE) {
  await inOneHouse(seed + done, Math.min(IN_ONE_HOUSE, schedules - done))
  process.send?.({ ...tally.told(), failures } satisfies SoakTold)
}
process.disconnect?.()

async function inOneHouse(first: number, count: number): Promise<void> {
  const stage = await openStage(tally)
  try {
    for (let at = first; at < first + count; at++) {
      const [schedule] = fc.sample(anySchedule, { seed: at, numRuns: 1 })
      if (!schedule) continue
      const broken = await runSchedule(stage, schedule)
      for (const [invariant, what] of broken)
        failures.push(`#${at} ${invariant}: ${what}\n${JSON.stringify(schedule)}`)
      if (failures.length >= enough) return
    }
  } finally {
    await stage.close()
  }
}
