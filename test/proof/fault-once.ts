import type { Exchange, Faults } from '../../src/simulator/faults.ts'
import { pick, type Random } from '../../src/simulator/random.ts'
import type { FaultOnce } from './step.ts'

/** Goes wrong once: with the first request of the kind that `once` names. */
export function faultOnce(once: FaultOnce | null, random: Random): Faults {
  let next = once
  return (exchange) => {
    if (next === null || next.on !== requestOf(exchange)) return undefined
    const { kind } = next
    next = null
    return kind === 'twin-later' ? { kind, after: 1 + pick(random, 4) } : { kind }
  }
}

function requestOf({ path, method, kind }: Exchange): FaultOnce['on'] | undefined {
  if (path === '/v1/library/sync') return 'library'
  if (method === 'PUT' && path.endsWith('/state')) return 'state'
  if (method === 'DELETE') return 'removal'
  return kind === 'download' ? 'download' : undefined
}
