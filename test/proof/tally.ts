/** What was run and looked at, for the report of a long run. */
export class Tally {
  schedules = 0
  steps = 0
  readonly kills = new Map<string, number>()
  readonly faults = new Map<string, number>()
  readonly happened = new Map<string, number>()
  readonly checks = new Map<string, number>()

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
  }

  /** A kill of the server: what it met, and at which instant of that. */
  kill(met: string, at: string): void {
    for (const what of [`that met ${met}`, `at ${at}`])
      this.kills.set(what, (this.kills.get(what) ?? 0) + 1)
  }

  step(what: string): void {
    this.steps += 1
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1)
  }

  check(invariant: string): void {
    this.checks.set(invariant, (this.checks.get(invariant) ?? 0) + 1)
  }

  /** What was counted, so that it can be told to another process. */
  told(): TallyTold {
    const { schedules, steps } = this
    const lists = {
      kills: [...this.kills],
      faults: [...this.faults],
      happened: [...this.happened],
      checks: [...this.checks],
    }
    return { schedules, steps, ...lists }
  }

  /** Adds what another process counted. */
  addTold(told: TallyTold): void {
    this.schedules += told.schedules
    this.steps += told.steps
    for (const name of ['kills', 'faults', 'happened', 'checks'] as const)
      for (const [key, count] of told[name]) this[name].set(key, (this[name].get(key) ?? 0) + count)
  }
}

/** A tally as it is told. */
export type TallyTold = {
  schedules: number
  steps: number
  kills: [string, number][]
  faults: [string, number][]
  happened: [string, number][]
  checks: [string, number][]
}
