import type { Logger } from 'pino'
import { Problem, type ProblemCode } from '../problem.ts'
import { brokeOff } from '../receive-limits.ts'

/** A JSON answer as a Kobo wants it: with its exact length, and never in pieces. */
export function answer(value: unknown, status = 200, headers: Record<string, string> = {}) {
  return answerText(JSON.stringify(value), status, headers)
}

/** An answer whose JSON text is ready. */
export function answerText(
  text: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    },
  })
}

/** Done, and nothing to say. */
export function answerNothing(): Response {
  return new Response(null, { status: 204 })
}

/**
 * An error in the store's shape. Only a Problem says what it is; anything else is a bug or a broken database, is logged, and
 * answered 503: nothing was changed, and the Kobo comes again.
 */
export function answerError(error: unknown, log: Logger): Response {
  if (error instanceof Problem && error.code !== 'unavailable')
    return refusal(error.code, error.message)
  if (brokeOff(error)) log.info({ err: error }, 'A Kobo broke off before its request was whole.')
  else log.error({ err: error }, 'A Kobo could not be answered.')
  return refusal('unavailable', 'Holdfast cannot do this at the moment. Please try again.')
}

/** The one answer to every address that is not, or no longer, known: it tells nobody why. */
export function answerUnknownAddress(): Response {
  return refusal('unauthorized', 'This address is not known here.')
}

const STATUS: Record<ProblemCode, number> = {
  not_found: 404,
  invalid: 400,
  conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  too_large: 413,
  too_many: 429,
  unavailable: 503,
}

/** The error code must not be ExpiredToken, which would make a Kobo refresh its token and ask again. */
const NAME: Record<ProblemCode, string> = {
  not_found: 'NotFound',
  invalid: 'BadRequest',
  conflict: 'Conflict',
  unauthorized: 'Unauthorized',
  forbidden: 'Forbidden',
  too_large: 'TooLarge',
  too_many: 'TooManyRequests',
  unavailable: 'Unavailable',
}

function refusal(code: ProblemCode, message: string): Response {
  // The rest of such a body is not read, so that nothing can follow on this connection.
  const headers = code === 'too_large' ? { connection: 'close' } : {}
  const status = { ErrorCode: NAME[code], Message: message }
  return answer({ ResponseStatus: status }, STATUS[code], headers)
}
