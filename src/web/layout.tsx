import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { TOKEN_FIELD } from './form.ts'
import { link, type PathName } from './paths.ts'
import type { Visit } from './visit.ts'

/** A whole page. `visit` is absent for somebody who did not sign in; `here` is the part of the house it belongs to. */
export function Layout(props: {
  title: string
  root: string
  visit?: Visit | undefined
  here?: PathName
  children?: Child
}) {
  const { title, root, visit, here, children } = props
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{title === 'Holdfast' ? title : `${title} · Holdfast`}</title>
          <link rel="stylesheet" href={link(root, 'file', { file: 'style.css' })} />
        </head>
        <body>
          <a class="skip" href="#main">
            To the page itself
          </a>
          {visit && <Header visit={visit} here={here} />}
          <main id="main">{children}</main>
        </body>
      </html>
    </>
  )
}

const PARTS = [
  ['errata', 'Errata'],
  ['devices', 'Devices'],
  ['books', 'Library'],
  ['account', 'Account'],
] as const satisfies [PathName, string][]

/** Parts that only the owner has. */
const OWNERS = [['people', 'People']] as const satisfies [PathName, string][]

function Header({ visit, here }: { visit: Visit; here: PathName | undefined }) {
  return (
    <header>
      <nav aria-label="Holdfast">
        {[...PARTS, ...(visit.person.owner ? OWNERS : [])].map(([name, words]) => (
          <a href={link(visit.root, name)} aria-current={name === here ? 'page' : undefined}>
            {words}
          </a>
        ))}
      </nav>
      <Form visit={visit} action={link(visit.root, 'signOut')}>
        <button>Sign out {visit.person.name}</button>
      </Form>
    </header>
  )
}

/** A form of somebody who signed in: it is posted, and carries the token of their session. */
export function Form(props: { visit: Visit; action: string; class?: string; children?: Child }) {
  return (
    <form method="post" action={props.action} class={props.class}>
      <input type="hidden" name={TOKEN_FIELD} value={props.visit.token} />
      {props.children}
    </form>
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
