import type { HttpBindings } from '@hono/node-server'
import type { Context, Handler } from 'hono'
import type { Person } from '../people/person.ts'
import type { Way } from '../people/web-session.store.ts'
import type { Light } from './light.ts'
import type { TellTime } from '../sync/tell-time.ts'
import type { Told } from '../under-way.ts'

/** What every form of a page carries. */
export type Seal = {
  /** What another site does not know. */
  token: string
  /** The id of the page as it was given out: what is pressed twice on it is done once (pressed-once.ts). */
  once: string
}

/** Somebody who signed in and looks at a page. */
export type Visit = Seal & {
  person: Person
  /** The secret of the session. */
  secret: string
  /** Its id. */
  session: string
  /** How it began, and when, in epoch ms. */
  way: Way
  beganAt: number
  /** The way up to the root from here. */
  root: string
  /** Epoch ms. */
  now: number
  /** How many errata are open for this person. */
  errata: number
  light: Light
  /** Long work that runs now, each kind that there is. */
  underWay: { imports: Told | undefined; preparation: Told | undefined }
  tell: TellTime
}

/** What the way in (`enter.ts`) puts beside a request. */
export type WebEnv = { Variables: { visit: Visit }; Bindings: Partial<HttpBindings> }

export type WebContext = Context<WebEnv>
export type Page = Handler<WebEnv>
