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
