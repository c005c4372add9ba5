import type { Fault, Faults } from '../../src/simulator/faults.ts'

/** One fault at the nth library sync of a session (from 1). */
export function atSync(n: number, fault: Fault): Faults {
  return at((path) => path.endsWith('/v1/library/sync'), n, fault)
}

/** One fault at the nth request of a session (from 1) whose path this says yes to. */
export function at(
  meant: (path: string, method: string) => boolean,
  n: number,
  fault: Fault,
): Faults {
  let seen = 0
  return ({ path, method }) => (meant(path, method) && ++seen === n ? fault : undefined)
}
