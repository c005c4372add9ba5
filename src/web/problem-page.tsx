import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Logger } from 'pino'
import { Problem, type ProblemCode } from '../problem.ts'
import { Layout } from './layout.tsx'
import { link, rootOf } from './paths.ts'
import type { Visit, WebContext } from './visit.ts'

/** How a problem is told over HTTP, and what stands above its sentence. */
const TOLD: Record<ProblemCode, [ContentfulStatusCode, string]> = {
  not_found: [404, 'Not here'],
  invalid: [400, 'Not understood'],
  conflict: [409, 'Not as things are now'],
  unauthorized: [401, 'Not signed in'],
  forbidden: [403, 'Not allowed'],
  too_large: [413, 'Too large'],
  too_many: [429, 'Too many at once'],
  unavailable: [503, 'Not now'],
}

/** The one handler of everything thrown below the pages. A bug is logged and told calmly, without its words. */
export function answerError(
  log: Logger,
  error: Error,
  c: WebContext,
): Response | Promise<Response> {
  if (error instanceof Problem) {
    if (error.code === 'unavailable') log.warn({ err: error }, 'A page could not be shown.')
    // The rest of such a body is not read, so that nothing can follow on this connection.
    if (error.code === 'too_large') c.header('connection', 'close')
    const [status, title] = TOLD[error.code]
    return problemPage(c, status, title, error.message)
  }
  if (error instanceof HTTPException)
    return problemPage(c, error.status, 'Not understood', 'This form could not be read.')
  log.error({ err: error, method: c.req.method, path: c.req.path }, 'A page failed.')
  return problemPage(c, 500, 'A mistake of ours', 'Something went wrong here. The log says what.')
}

/** The page for an address at which nothing is, `url` as it was asked for. It is given out with `PROBLEM_POLICY`. */
export function nothingHere(url: string) {
  const sentence = 'There is nothing at this address.'
  return <ProblemPage root={rootOf(url)} status={404} title="Not here" sentence={sentence} />
}

/** Nothing runs on such a page, and what it shows is ours. */
export const PROBLEM_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

function problemPage(
  c: WebContext,
  status: ContentfulStatusCode,
  title: string,
  sentence: string,
): Response | Promise<Response> {
  const of = { status, title, sentence }
  return c.html(<ProblemPage root={rootOf(c.req.url)} visit={c.get('visit')} {...of} />, status)
}

function ProblemPage(props: {
  root: string
  visit?: Visit | undefined
  status: number
  title: string
  sentence: string
}) {
  const { root, visit, status, title, sentence } = props
  return (
    <Layout title={title} root={root} visit={visit} still>
      <div class="problem">
        <p class="label">{status}</p>
        <h1>{title}</h1>
        <p class="lead">{sentence}</p>
        <p>
          <a class="button" href={link(root, 'front')}>
            To the beginning
          </a>
        </p>
      </div>
    </Layout>
  )
}
