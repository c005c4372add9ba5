import { listErrata } from '../../errata/find-errata.store.ts'
import type { Erratum } from '../../errata/erratum.ts'
import type { Home } from '../../home.ts'
import { review } from '../../review.ts'
import { Form, Layout, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { answersTo } from './words.ts'

/** How many errata stand on one page. */
const PART = 50

/** The home of somebody who signed in: everything that needs a person, newest first. */
export function showErrata(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    await review(home)
    const after = c.req.query('after')
    const part = await listErrata(home.db.read, visit.person, { limit: PART, after })
    return c.html(<ErrataPage visit={visit} {...part} isFirst={after === undefined} />)
  }
}

function ErrataPage(props: {
  visit: Visit
  errata: Erratum[]
  next: string | null
  isFirst: boolean
}) {
  const { visit, errata, next, isFirst } = props
  return (
    <Layout title="Errata" root={visit.root} visit={visit} here="errata">
      <h1>Errata</h1>
      {errata.length === 0 ? (
        <p class="lead">{isFirst ? 'No errata. Last checked just now.' : 'No further errata.'}</p>
      ) : (
        <p class="lead">What needs somebody, newest first.</p>
      )}
      {errata.map((erratum) => (
        <ErratumOnPage visit={visit} erratum={erratum} />
      ))}
      {next !== null && (
        <p class="further">
          <a rel="next" href={link(visit.root, 'errata', {}, { after: next })}>
            Older errata
          </a>
        </p>
      )}
    </Layout>
  )
}

function ErratumOnPage({ visit, erratum }: { visit: Visit; erratum: Erratum }) {
  const { id, cause, consequence, at, device } = erratum
  const { root } = visit
  return (
    <article class="erratum" aria-labelledby={`cause-${id}`}>
      <p class="label when">
        <Time visit={visit} at={at} />
        {device !== null && (
          <>
            {' · '}
            <a href={link(root, 'device', { id: device })}>The Kobo</a>
          </>
        )}
      </p>
      <h2 id={`cause-${id}`}>{cause}</h2>
      <p>{consequence}</p>
      <AnswersTo visit={visit} erratum={erratum} />
      <details class="dismiss">
        <summary>Dismiss it…</summary>
        <Form visit={visit} action={link(root, 'dismiss', { id })} class="line">
          <label for={`reason-${id}`}>Because</label>
          <input id={`reason-${id}`} name="reason" required maxlength={500} autocomplete="off" />
          <button>Dismiss</button>
        </Form>
      </details>
    </article>
  )
}

function AnswersTo({ visit, erratum }: { visit: Visit; erratum: Erratum }) {
  const { id, kind, actions, device } = erratum
  if (actions.length === 0) return null
  const { question, answers } = answersTo(kind)
  return (
    <>
      {question !== undefined && <p>{question}</p>}
      <div class="row answers">
        {actions.map((name) =>
          name === 'audit' && device !== null ? (
            <a class="tall" href={link(visit.root, 'audits', { id: device })}>
              {answers[name] ?? name}
            </a>
          ) : (
            <Form visit={visit} action={link(visit.root, 'act', { id, name })}>
              <button>{answers[name] ?? name}</button>
            </Form>
          ),
        )}
      </div>
    </>
  )
}
