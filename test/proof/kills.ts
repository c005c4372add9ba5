import type { Exchange, Fault } from '../../src/simulator/faults.ts'
import type { Kill } from './kill.ts'
import { strike, type Strike, type Struck } from './strike.ts'

/** The kills of the server in a schedule: those that wait for what they are to meet, and the one that has begun. */
export type Kills = {
  /** From now on this one waits; with `now` it begins, in what has this name. */
  add(kill: Kill, now: string | undefined): Promise<void>
  /** What they make of an exchange of a Kobo. */
  faults(exchange: Exchange): Fault | undefined
  /** One has begun: the server may die at any instant, or has. */
  readonly hasBegun: boolean
  /** Some wait. */
  readonly areWaiting: boolean
  /** One of those that wait comes with the next library sync, whatever it was to meet. */
  hurry(): void
  /** Ends the one that has begun: the server is there again. `last`: it comes now, if not before. True when the server was killed. */
  overcome(last?: 'last'): Promise<boolean>
}

/** No kills yet. Where the server has no process of its own none may be added. */
export function openKills(struck?: Struck): Kills {
  let waiting: Strike[] = []
  let begun: Strike | undefined
  return {
    async add(kill, now) {
      if (!struck) throw new Error('This server cannot be killed.')
      const strikes = await strike(struck, kill, now)
      if (strikes.hasBegun) begun = strikes
      else waiting.push(strikes)
    },
    faults(exchange) {
      if (begun) return begun.faults(exchange)
      for (const each of waiting) {
        const fault = each.faults(exchange)
        if (!each.hasBegun) continue
        begun = each
        waiting = waiting.filter((other) => other !== each)
        return fault
      }
      return undefined
    },
    get hasBegun() {
      return begun !== undefined
    },
    get areWaiting() {
      return waiting.length > 0
    },
    hurry: () => waiting[0]?.hurry(),
    async overcome(last) {
      const mine = begun
      if (!mine) return false
      const isOver = await mine.over(last)
      begun = undefined
      if (!isOver) waiting.push(mine)
      return isOver
    },
  }
}
