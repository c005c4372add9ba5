import { actAtHome } from './at-home.ts'
import { isWish, type Kill } from './kill.ts'
import { actOnKobo } from './on-kobo.ts'
import type { Step } from './step.ts'
import type { World } from './world.ts'

/** So long after each step every session is over, in ms. */
const PAUSE = 130_000

/**
 * Lets one thing happen. Time passes before, so that nothing happens at the same instant. From this step on a `kill` of the server may come.
 */
export async function takeStep(world: World, step: Step, kill?: Kill): Promise<void> {
  const { house, tally, noted, rest } = world.stage
  tally.step(step.do)
  await noted()
  house.advance(PAUSE)
  world.wasKilled = false
  if (kill) await world.kills.add(kill, isWish(kill, step) ? step.do : undefined)
  noteTrouble(world, step)
  try {
    await act(world, step)
  } finally {
    await world.kills.overcome()
  }
  await rest()
}

/** A kill may come while somebody acts on this Kobo. */
function noteTrouble(world: World, step: Step): void {
  if ('kobo' in step && world.kills.hasBegun) world.kobos[step.kobo].isTroubled = true
}

async function act(world: World, step: Step): Promise<void> {
  if ('kobo' in step) {
    const id = 'book' in step ? (world.stage.books[step.book] ?? '') : ''
    return actOnKobo(world, world.kobos[step.kobo], step, id)
  }
  return actAtHome(world, step)
}
