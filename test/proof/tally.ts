/** What was run and looked at, for the report of a long run. */
export class Tally {
  schedules = 0
  steps = 0
  readonly faults = new Map<string, number>()
  readonly happened = new Map<string, number>()
  readonly checks = new Map<string, number>()

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
  }

  step(what: string): void {
    this.steps += 1
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1)
  }

  check(invariant: string): void {
    this.checks.set(invariant, (this.checks.get(invariant) ?? 0) + 1)
  }

  /** Adds what another run counted. */
  add(other: Tally): void {
    this.schedules += other.schedules
    this.steps += other.steps
    for (const name of ['faults', 'happened', 'checks'] as const)
      for (const [key, count] of other[name])
        this[name].set(key, (this[name].get(key) ?? 0) + count)
  }
}
