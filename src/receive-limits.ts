import { Transform } from 'node:stream'
import { Problem } from './problem.ts'

/** Passes bytes on, and fails once there are more than `limit`: with `problem`, or with what is said of a file. */
export function atMost(limit: number, problem = tooLarge(limit)): Transform {
  let seen = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length
      if (seen > limit) done(problem)
      else done(null, chunk)
    },
  })
}

/** What is said of a file of more than `limit` bytes. */
export function tooLarge(limit: number): Problem {
  return new Problem('too_large', `A file may have at most ${Math.floor(limit / 1_000_000)} MB.`)
}

/** Whether the sender is to blame: the connection ended early or the form is malformed. */
export function brokeOff(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return (
    /^(?:ERR_STREAM_PREMATURE_CLOSE|ECONNRESET|ABORT_ERR)$/.test(code) ||
    error.name === 'AbortError' ||
    /^(?:Unexpected end of form|Malformed|Multipart: |aborted$)/.test(error.message)
  )
}
