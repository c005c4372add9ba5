/** A session ended early, as it does on a real device when one command of its queue fails. */
export class Interrupted extends Error {
  /** Method and path of the exchange where it ended. */
  readonly at: string
  readonly because: string

  constructor(at: string, because: string) {
    super(`${at}: ${because}`)
    this.name = 'Interrupted'
    this.at = at
    this.because = because
  }
}

/** A change that the reader made is told at another time; the session goes on. */
export class Postponed extends Error {
  constructor(at: string) {
    super(`${at} is put off`)
    this.name = 'Postponed'
  }
}

/** Does something that may be put off. False when it was. */
export async function unlessPostponed(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    if (!(error instanceof Postponed)) throw error
    return false
  }
}
