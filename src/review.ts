import type { Home } from './home.ts'
import { Problem } from './problem.ts'
import { reviewQuestions } from './sync/back-in-time.ts'
import { judgeEndedSessions } from './sync/judge.ts'
import { thinLogs } from './sync/thin-logs.ts'
import { watch } from './watchdogs/watch.ts'

/** The look, now and then, at what only the passing of time decides. */
export type Review = { close(): Promise<void> }

/** How often, in ms. */
const ROUNDS = 60_000

/**
 * Judges what is over by silence, such as a sync without a token, and looks at what Kobos do not say themselves. Also called before
 * anybody looks at what needs their eye, so that they see what is so now. A database that is busy is looked at again with the next round.
 */
export async function review(home: Home): Promise<void> {
  await judgeEndedSessions(home)
  await reviewQuestions(home)
  await watch(home)
}

/** Opens the rounds of `review`. At once and after each of them, logs that were not looked through for a day are thinned. */
export function openReview(home: Home): Review {
  let isStopping = false
  let running: Promise<void> | undefined
  const start = (round: () => Promise<void>): void => {
    running ??= tried(home, round).finally(() => (running = undefined))
  }
  const thin = () => thinLogs(home, () => isStopping)
  start(thin)
  const timer = setInterval(() => {
    start(async () => {
      await review(home)
      await thin()
    })
  }, ROUNDS).unref()
  return {
    async close() {
      isStopping = true
      clearInterval(timer)
      await running
    },
  }
}

async function tried(home: Home, round: () => Promise<void>): Promise<void> {
  try {
    await round()
  } catch (error) {
    if (error instanceof Problem) home.log.warn({ problem: error.message }, 'looked in vain')
    else home.log.error({ err: error }, 'what time decides could not be looked at')
  }
}
