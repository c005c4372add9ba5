import { readdirSync } from 'node:fs'
import { fuzzBook, spoilables } from '../test/hostile/fuzz-books.ts'
import { openFuzzer } from '../test/hostile/fuzz-requests.ts'
import { furnish, REFURNISHED } from '../test/hostile/fuzz-target.ts'
import { openHouse } from '../test/support/house.ts'
import type { Figure } from './table.ts'

/** The longest that one run may take, in ms; several share two cores with everything else. */
const DEADLINE = 10_000
/** How much larger the process may be at the end than after the first quarter, in bytes, and how many more files may be open. */
const GROWTH = 150_000_000
const MORE_FILES = 30

type Round = {
  counts: Map<string, number>
  bad: string[]
  slowest: number
  grown: number
  files: number
}

/**
 * Spoils real books and the requests of Kobos and scripts, `runs` of each, against one server: never a bug, a 500, a crash, a hang, or
 * growth. `seed` is the first one; a bad run is told by its seed, and is run alone with `--runs 1 --seed N`.
 */
export async function fuzz(
  { runs, seed }: { runs: number; seed: number },
  say: (line: string) => void,
): Promise<Figure[]> {
  const house = await openHouse()
  try {
    const books = await spoilables()
    say(`Spoiling ${runs} books …`)
    const read = await round(runs, seed, (each) => fuzzBook(house.server.home, books, each))
    tell('books', read, say)
    let fuzzer = openFuzzer(await furnish(house))
    say(`Spoiling ${runs} requests …`)
    const asked = await round(runs, seed, async (each) => {
      if ((each - seed) % REFURNISHED === REFURNISHED - 1) {
        fuzzer.close()
        fuzzer = openFuzzer(await furnish(house))
      }
      return await fuzzer.ask(each)
    })
    tell('requests', asked, say)
    fuzzer.close()
    const health = await fetch(`${house.url}/healthz`)
    return [
      ...figures('spoilt books', runs, read),
      ...figures('spoilt requests', runs, asked),
      {
        what: 'spoilt requests: not understood',
        value: Math.round(100 - (100 * understood(asked)) / runs),
        unit: '%',
        goal: 75,
        must: true,
      },
      { what: 'health afterwards', value: health.status, unit: 'status', goal: 200 },
    ]
  } finally {
    await house.close()
  }
}

async function round(
  runs: number,
  first: number,
  run: (seed: number) => Promise<string>,
): Promise<Round> {
  const told: Round = { counts: new Map(), bad: [], slowest: 0, grown: 0, files: 0 }
  let before = measured()
  for (let seed = first; seed < first + runs; seed += 1) {
    const began = performance.now()
    const outcome = await run(seed).catch((error: unknown) => `bug: ${String(error)}`)
    const ms = performance.now() - began
    told.slowest = Math.max(told.slowest, ms)
    told.counts.set(outcome, (told.counts.get(outcome) ?? 0) + 1)
    if (/^(?:5|bug)/u.test(outcome) || ms > DEADLINE)
      told.bad.push(`seed ${seed}: ${outcome} (${Math.round(ms)} ms)`)
    if (seed - first === Math.floor(runs / 4)) before = measured()
  }
  const after = measured()
  return { ...told, grown: after.memory - before.memory, files: after.files - before.files }
}

function measured(): { memory: number; files: number } {
  return { memory: process.memoryUsage().rss, files: readdirSync('/proc/self/fd').length }
}

function tell(what: string, { counts, bad }: Round, say: (line: string) => void): void {
  for (const [outcome, count] of [...counts].toSorted(([, one], [, other]) => other - one))
    say(`${String(count).padStart(8)} ${what}: ${outcome}`)
  for (const line of bad) say(`BAD ${line}`)
}

function figures(what: string, runs: number, round: Round): Figure[] {
  return [
    { what, value: runs, unit: 'runs' },
    {
      what: `${what}: bugs, 500s and hangs`,
      value: round.bad.length,
      unit: '',
      goal: 0,
      must: true,
    },
    { what: `${what}: the slowest`, value: round.slowest, unit: 'ms', goal: DEADLINE, must: true },
    {
      what: `${what}: growth`,
      value: Math.max(0, round.grown) / 1e6,
      unit: 'MB',
      goal: GROWTH / 1e6,
      must: true,
    },
    {
      what: `${what}: more open files`,
      value: Math.max(0, round.files),
      unit: '',
      goal: MORE_FILES,
      must: true,
    },
  ]
}

/** Requests that were answered with what they asked for; where they are few, only closed doors were tested. */
function understood({ counts }: Round): number {
  return [...counts].reduce((sum, [outcome, n]) => sum + (outcome.startsWith('2') ? n : 0), 0)
}
