import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { Problem, type ProblemCode } from '../problem.ts'

/** How a problem is told over HTTP. */
const STATUS: Record<ProblemCode, ContentfulStatusCode> = {
  not_found: 404,
  invalid: 400,
  conflict: 409,
  unauthorized: 401,
  forbidden: 403,
  too_large: 413,
  too_many: 429,
  unavailable: 503,
}

/** The body of every answer that is not a success. */
export function problemBody(
  code: string,
  message: string,
): {
  error: { code: string; message: string }
} {
  return { error: { code, message } }
}

/** Answers with a problem; `status` where the call says it otherwise than the table. */
export function answerProblem(
  c: Context,
  problem: Problem,
  status?: ContentfulStatusCode,
): Response {
  if (problem.code === 'unauthorized') c.header('www-authenticate', 'Bearer')
  // The rest of such a body is not read, so that nothing can follow on this connection.
  if (problem.code === 'too_large') c.header('connection', 'close')
  return c.json(problemBody(problem.code, problem.message), status ?? STATUS[problem.code])
}

/** The one handler of everything thrown below the API. A bug is logged and told calmly, without its words. */
export function answerError(log: Logger, error: Error, c: Context): Response {
  if (error instanceof Problem) {
    if (error.code === 'unavailable') log.warn({ err: error }, 'A call could not be answered.')
    return answerProblem(c, error)
  }
  if (error instanceof HTTPException)
    return c.json(problemBody(codeOf(error.status), sentenceOf(error)), error.status)
  log.error({ err: error, method: c.req.method, path: c.req.path }, 'A call failed.')
  return c.json(problemBody('internal', 'Something went wrong here. The log says what.'), 500)
}

function codeOf(status: number): string {
  if (status === 413) return 'too_large'
  return status === 401 ? 'unauthorized' : 'invalid'
}

function sentenceOf(error: HTTPException): string {
  if (error.status === 413) return 'That is more than this call takes.'
  if (error.status === 415) return 'This call does not take that content type.'
  return 'The body of this call could not be read.'
}
