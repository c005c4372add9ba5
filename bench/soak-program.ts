import fc from 'fast-check'
import { anyKilledSchedule, type KilledSchedule } from '../test/proof/kill.ts'
import { runSchedule } from '../test/proof/run-schedule.ts'
import { anySchedule } from '../test/proof/step.ts'
import { Tally, type TallyTold } from '../test/proof/tally.ts'
import { openStage } from '../test/proof/stage.ts'

/** What a process says now and then: what it has counted so far, and what failed. */
export type SoakTold = TallyTold & { failures: string[] }

/** So many schedules go through one house, so that its database stays that of a household. */
const IN_ONE_HOUSE = 25

/**
 * How many schedules, from which seed on, after how many failures more of them tell nothing new, and in how many of them, the first, the
 * server has a process that is killed.
 */
const [schedules = 0, seed = 0, enough = 3, killed = 0] = process.argv.slice(2).map(Number)
const tally = new Tally()
const failures: string[] = []

await inHouses(0, killed, true)
await inHouses(killed, schedules, false)
process.disconnect?.()

async function inHouses(from: number, to: number, isKilled: boolean): Promise<void> {
  for (let done = from; done < to && failures.length < enough; done += IN_ONE_HOUSE) {
    await inOneHouse(seed + done, Math.min(IN_ONE_HOUSE, to - done), isKilled)
    process.send?.({ ...tally.told(), failures } satisfies SoakTold)
  }
}

async function inOneHouse(first: number, count: number, isKilled: boolean): Promise<void> {
  const stage = await openStage(tally, { killed: isKilled })
  try {
    for (let at = first; at < first + count; at++) {
      const { schedule, kills } = sample(at, isKilled)
      const broken = await runSchedule(stage, schedule, kills)
      for (const [invariant, what] of broken)
        failures.push(`#${at} ${invariant}: ${what}\n${JSON.stringify({ schedule, kills })}`)
      if (failures.length >= enough) return
    }
  } finally {
    await stage.close()
  }
}

function sample(seed: number, isKilled: boolean): KilledSchedule {
  const unkilled = anySchedule.map((schedule) => ({ schedule, kills: [] }))
  const [sampled] = fc.sample<KilledSchedule>(isKilled ? anyKilledSchedule : unkilled, {
    seed,
    numRuns: 1,
  })
  if (!sampled) throw new Error('There is no schedule.')
  return sampled
}
