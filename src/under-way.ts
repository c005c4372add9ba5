/** Long work of this process that pages tell of while it runs. Nothing of it is kept. */
export type UnderWay = {
  /** Files on their way into the library, by the names they came with. */
  readonly imports: Tally
  /** Books that are being prepared for Kobos. */
  readonly preparation: Tally
}

/** Work of one kind, from when it begins until nothing of it is left. */
export type Tally = {
  /** One more is being worked on. What is given is called once, when that is over. */
  begin(name: string): (outcome: 'done' | 'failed') => void
  /** So many more wait that have not begun. */
  wait(count: number): void
  /** How it stands; undefined when there is none. */
  readonly told: Told | undefined
}

/** How far work of one kind has come: `done` of `total`, of which `failed` failed; and the first few that are under way. */
export type Told = { done: number; total: number; failed: number; names: string[] }

/** How many are named. */
const NAMED = 3

/** Begins with nothing under way. */
export function openUnderWay(): UnderWay {
  return { imports: openTally(), preparation: openTally() }
}

function openTally(): Tally {
  const names = new Map<symbol, string>()
  let waiting = 0
  let done = 0
  let failed = 0
  const rest = (): void => {
    if (names.size + waiting > 0) return
    done = 0
    failed = 0
  }
  return {
    begin(name) {
      const one = Symbol(name)
      names.set(one, name)
      waiting = Math.max(0, waiting - 1)
      return (outcome) => {
        if (!names.delete(one)) return
        done += 1
        if (outcome === 'failed') failed += 1
        rest()
      }
    },
    wait(count) {
      waiting = count
      rest()
    },
    get told() {
      if (names.size + waiting === 0) return undefined
      const total = done + names.size + waiting
      return { done, total, failed, names: [...names.values()].slice(0, NAMED) }
    },
  }
}
