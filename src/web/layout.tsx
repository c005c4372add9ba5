import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { pageFile } from './files.ts'
import { ONCE_FIELD, TOKEN_FIELD } from './form.ts'
import type { Light } from './light.ts'
import { link, type PathName } from './paths.ts'
import { Ribbon } from './under-way/ribbon.tsx'
import type { Seal, Visit } from './visit.ts'

/**
 * A whole page. `visit` is absent for somebody who did not sign in; `here` is the part of the house it belongs to;
 * a page that is `still` has no scripts.
 */
export function Layout(props: {
  title: string
  root: string
  visit?: Visit | undefined
  here?: PathName
  still?: boolean
  children?: Child
}) {
  const { title, root, visit, here, still, children } = props
  const light = visit?.light ?? 'auto'
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en" data-light={light === 'auto' ? undefined : light}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content={SCHEMES[light]} />
          <title>{title === 'Holdfast' ? title : `${title} · Holdfast`}</title>
          <Font root={root} name="roman.woff2" />
          <Font root={root} name="small-caps.woff2" />
          <link rel="stylesheet" href={fileLink(root, 'style.css')} />
          {visit && still !== true && (
            <script type="module" src={link(root, 'script', { '*': 'web/browser/page.js' })} />
          )}
        </head>
        <body data-root={root}>
          <a class="skip" href="#main">
            To the page itself
          </a>
          <header class="top">
            <a class="name" href={link(root, visit ? 'books' : 'front')}>
              Holdfast
            </a>
            {visit && <Parts visit={visit} here={here} />}
          </header>
          <main id="main">{children}</main>
          {visit && <Ribbon visit={visit} />}
          {visit && <Foot visit={visit} here={here} />}
        </body>
      </html>
    </>
  )
}

const SCHEMES: Record<Light, string> = { auto: 'light dark', light: 'light', dark: 'dark' }

const PARTS = [
  ['books', 'Library'],
  ['shelves', 'Shelves'],
  ['devices', 'Devices'],
  ['errata', 'Errata'],
  ['colophon', 'Colophon'],
] as const satisfies [PathName, string][]

function Parts({ visit, here }: { visit: Visit; here: PathName | undefined }) {
  return (
    <nav class="parts" aria-label="Holdfast">
      {PARTS.map(([name, words]) => (
        <a href={link(visit.root, name)} aria-current={name === here ? 'page' : undefined}>
          {words}
          {name === 'errata' && visit.errata > 0 && (
            <span class="count">
              {visit.errata}
              <span class="unseen"> open</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  )
}

const LIGHT_WORDS = [
  ['auto', 'As this device'],
  ['light', 'Daylight'],
  ['dark', 'Lamplight'],
] as const satisfies [Light, string][]

function Foot({ visit, here }: { visit: Visit; here: PathName | undefined }) {
  return (
    <footer class="foot">
      <Form visit={visit} action={link(visit.root, 'light')}>
        <fieldset>
          <legend class="unseen">By which light to read</legend>
          {here !== undefined && <input type="hidden" name="back" value={link('/', here)} />}
          {LIGHT_WORDS.map(([light, words]) => (
            <button
              class="plain"
              name="light"
              value={light}
              aria-pressed={visit.light === light ? 'true' : 'false'}
            >
              {words}
            </button>
          ))}
        </fieldset>
      </Form>
      <div class="row">
        {visit.person.owner && <a href={link(visit.root, 'people')}>People</a>}
        <a href={link(visit.root, 'house')}>Settings</a>
        <a href={link(visit.root, 'account')}>Account</a>
        <Form visit={visit} action={link(visit.root, 'signOut')}>
          <button class="plain">Sign out {visit.person.name}</button>
        </Form>
      </div>
    </footer>
  )
}

function Font({ root, name }: { root: string; name: string }) {
  return (
    <link rel="preload" as="font" type="font/woff2" href={fileLink(root, name)} crossorigin="" />
  )
}

/** With the version of its content, so that browsers keep it until it is another. */
function fileLink(root: string, file: string): string {
  return link(root, 'file', { file }, { v: pageFile(file)?.version })
}

/** A form: it is posted, and carries what seals the page of a visit. */
export function Form(props: {
  visit: Seal
  action: string
  class?: string
  id?: string
  children?: Child
}) {
  return (
    <form method="post" action={props.action} class={props.class} id={props.id}>
      <input type="hidden" name={TOKEN_FIELD} value={props.visit.token} />
      <input type="hidden" name={ONCE_FIELD} value={props.visit.once} />
      {props.children}
    </form>
  )
}

/** A time of a list, seen only where it is told in other words than the one before it. */
export function TimeAfter(props: { visit: Visit; at: number; before: number | undefined }) {
  const { visit, at, before } = props
  const isAgain = before !== undefined && visit.tell(before) === visit.tell(at)
  return (
    <span class={isAgain ? 'again' : undefined}>
      <Time visit={visit} at={at} />
    </span>
  )
}

/** A time as people say it, with the exact one for machines and on hover. */
export function Time({ visit, at }: { visit: Visit; at: number }) {
  const exact = new Date(at).toISOString()
  return (
    <time datetime={exact} title={exact}>
      {visit.tell(at)}
    </time>
  )
}
