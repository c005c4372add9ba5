import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { waysInOf } from './ways-in.store.ts'

/** Nobody takes their last way to sign in away. To be called within the transaction that takes one. Throws `Problem('conflict')`. */
export async function refuseLastWayIn(tx: Tx, home: Home, person: string): Promise<void> {
  const ways = await waysInOf(tx, person, home.config.provider?.issuer)
  if (!Object.values(ways).some(Boolean))
    throw new Problem('conflict', 'That is your only way to sign in. Please add another one first.')
}
