import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { Tally } from '../test/proof/tally.ts'
import type { SoakTold } from './soak-program.ts'
import type { Figure } from './table.ts'

/** Processes that run schedules beside one another: a third of the time each waits, for its Kobos or for a thread. */
const PROCESSES = availableParallelism() * 2

/** After so many failures of a process more of them tell nothing new. */
const ENOUGH = 3

/** A disk in memory, which most systems have: what a disk takes to be sure of its bytes is nothing that a schedule asks about. */
const MEMORY = '/dev/shm'

/**
 * Lets so many random schedules happen to two Kobos, their owner and their server, over HTTP, and looks at every invariant after every
 * step. In `killed` of them the server has a process of its own, which is killed. Tells of the first that fails in each process with its
 * seed; the same seed is the same schedule, though what a kill meets depends on the machine.
 */
export async function soak(
  { schedules, seed, killed }: { schedules: number; seed: number; killed: number },
  say: (line: string) => void,
): Promise<Figure[]> {
  const began = performance.now()
  const tally = new Tally()
  let failures = 0
  await Promise.all(
    Array.from({ length: Math.min(PROCESSES, schedules) }, async (_, index) => {
      const share = Math.ceil((schedules - index) / PROCESSES)
      const told = await runShare(
        { share, seed: seed + index * 1_000_000, killed: Math.ceil((killed - index) / PROCESSES) },
        say,
      )
      tally.addTold(told)
      failures += told.failures.length
    }),
  )
  const seconds = (performance.now() - began) / 1000
  const figures = (counts: Map<string, number>, what: string): Figure[] =>
    [...counts]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => ({ what: `  ${what} ${name}`, value, unit: '' }))
  return [
    { what: `schedules, seed ${seed}`, value: tally.schedules, unit: '' },
    { what: 'steps', value: tally.steps, unit: '' },
    ...figures(tally.happened, 'step'),
    ...figures(tally.faults, 'fault'),
    ...figures(tally.kills, 'kills'),
    ...figures(tally.checks, 'checks of'),
    { what: 'time', value: seconds, unit: 's' },
    { what: 'failures', value: failures, unit: '', goal: 0, must: true },
  ]
}

/** The environment of a process whose houses shall lie in memory, where that can be. */
export function inMemory(): NodeJS.ProcessEnv {
  return existsSync(MEMORY) ? { ...process.env, TMPDIR: MEMORY } : process.env
}

async function runShare(
  { share, seed, killed }: { share: number; seed: number; killed: number },
  say: (line: string) => void,
): Promise<SoakTold> {
  const program = fileURLToPath(new URL('./soak-program.js', import.meta.url))
  const child = fork(program, [share, seed, ENOUGH, killed].map(String), { env: inMemory() })
  let last: SoakTold | undefined
  child.on('message', (told: SoakTold) => {
    for (const failure of told.failures.slice(last?.failures.length ?? 0)) say(failure)
    last = told
  })
  // What it told last may come after its end.
  await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  if (!last || child.exitCode !== 0) throw new Error('A process of schedules ended early.')
  return last
}
