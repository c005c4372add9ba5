/** What a command may touch of the world around it. */
export type Io = {
  /** Writes a line to the standard output. */
  out: (line: string) => void
  /** Writes a line to the standard error. */
  err: (line: string) => void
  /** The standard input. */
  input: AsyncIterable<Buffer | string>
  /** The environment, for `readConfig` alone. */
  env: Record<string, string | undefined>
}

/** The command was called in a way it does not understand; the message says what is wrong. */
export class WrongUse extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WrongUse'
  }
}
