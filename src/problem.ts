/** The closed list of things that can go wrong in a way a person can act on. */
export type ProblemCode =
  | 'not_found'
  | 'invalid'
  | 'conflict'
  | 'unauthorized'
  | 'forbidden'
  | 'too_large'
  | 'too_many'
  | 'unavailable'

/**
 * A failure that a person can act on: a code for programs and one sentence for people. The sentence is shown as it is,
 * so it holds no secret and no absolute path. Anything else that is thrown is a bug and reaches the one handler.
 */
export class Problem extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'Problem'
    this.code = code
  }
}
