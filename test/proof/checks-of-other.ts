import { lastSeq } from '../../src/sync/log.store.ts'
import { allPairs } from '../../src/sync/pair.store.ts'
import { plan } from '../../src/sync/plan.ts'
import { operations } from './checks-of-ledger.ts'
import { deviceOf } from './calls.ts'
import type { Step } from './step.ts'
import type { Witnessed } from './witness.ts'
import { fail, type World } from './world.ts'

/**
 * What happens on one Kobo changes nothing of another, unless a removal on it is to leave the shelf. Looks at the other one before a step;
 * what it gives looks again.
 */
export async function otherBefore(
  world: World,
  step: Step,
): Promise<(() => Promise<void>) | undefined> {
  if (!('kobo' in step) || (step.do === 'sync' && step.edit !== null)) return undefined
  if ((await deviceOf(world, world.kobos[step.kobo])).onDelete === 'unshelve') return undefined
  const other = world.kobos[step.kobo === 0 ? 1 : 0]
  const looks = async (): Promise<string> => {
    await world.stage.noted()
    const seq = await lastSeq(world.stage.house.server.home.db.read, other.device)
    const { books, token } = other.kobo.state()
    return JSON.stringify([seq, books, token, await meantFor(world, other)])
  }
  const before = await looks()
  return async () => {
    world.stage.tally.check('I5')
    if ((await looks()) !== before)
      fail(world, 'I5', `${step.do} on one Kobo changed something of the other`)
  }
}

/** What is to be sent to a Kobo, as far as that is its own: where a person is in a book is told to all their Kobos. */
async function meantFor(world: World, witness: Witnessed): Promise<string> {
  const device = await deviceOf(world, witness)
  const pairs = await allPairs(world.stage.house.server.home.db.read, device)
  // A server that begins anew, since it was killed, also prepares what was not ready.
  const planned = plan(pairs.map((pair) => ({ ...pair, artifact: pair.artifact ?? 'prepared' })))
  return operations(planned.filter(({ operation }) => operation.verb !== 'state'))
}
