/** Long work of this process that pages tell of while it runs. Nothing of it is kept. */
export type UnderWay = {
  /** Files on their way into the library, by the names they came with. */
  readonly imports: Tally
  /** Books that are being prepared for Kobos. */
  readonly preparation: Tally
}

/** Work of one kind, from when it begins until nothing of it is left. */
export type Tally = {
  /**
   * One more is being worked on, which `whose` gave: the id of a person, or null for nobody in particular. What is given is called once, when
   * that is over: `failed` when an erratum of theirs tells why.
   */
  begin(name: string, whose: string | null): (outcome: 'done' | 'failed') => void
  /** So many more wait that have not begun. */
  wait(count: number): void
  /** How it stands for somebody who sees the errata of those that `sees` says yes to; undefined when there is none. */
  told(sees: (whose: string | null) => boolean): Told | undefined
}

/**
 * How far work of one kind has come: `done` of `total`, whoever gave it. `failed` of them stand in the errata of whom this is told to, and
 * `names` are the first few under way that may come to stand there.
 */
export type Told = { done: number; total: number; failed: number; names: string[] }

/** How many are named. */
const NAMED = 3

/** Begins with nothing under way. */
export function openUnderWay(): UnderWay {
  return { imports: openTally(), preparation: openTally() }
}

function openTally(): Tally {
  const begun = new Map<symbol, { name: string; whose: string | null }>()
  const failed: (string | null)[] = []
  let waiting = 0
  let done = 0
  const rest = (): void => {
    if (begun.size + waiting > 0) return
    done = 0
    failed.length = 0
  }
  return {
    begin(name, whose) {
      const one = Symbol(name)
      begun.set(one, { name, whose })
      waiting = Math.max(0, waiting - 1)
      return (outcome) => {
        if (!begun.delete(one)) return
        done += 1
        if (outcome === 'failed') failed.push(whose)
        rest()
      }
    },
    wait(count) {
      waiting = count
      rest()
    },
    told(sees) {
      if (begun.size + waiting === 0) return undefined
      const seen = [...begun.values()].filter(({ whose }) => sees(whose))
      return {
        done,
        total: done + begun.size + waiting,
        failed: failed.filter(sees).length,
        names: seen.slice(0, NAMED).map(({ name }) => name),
      }
    },
  }
}
