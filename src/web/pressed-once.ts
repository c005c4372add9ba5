import { createHash } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { Home } from '../home.ts'
import { fieldIn, isForm, ONCE_FIELD, TOKEN_FIELD } from './form.ts'
import type { WebContext, WebEnv } from './visit.ts'

/** So many answers are kept at most, the newest. */
const MOST = 50

type Kept = { status: number; headers: Headers; body: ArrayBuffer }

/** A button that was pressed, when, in epoch ms, and what it was answered or will be: undefined where it came to nothing. */
type Press = { at: number; answer: Promise<Kept | undefined> }

/**
 * Does once what is pressed twice. A browser lets go of the answer to the first press, so the second is answered as the first was, for
 * `keptFor` ms: that is the same form, with the same in it, of the same page, whose forms carry an id of it. So it is as well where
 * somebody reloads what a form was answered. What was refused is done anew. `isOwn` says whether a form came from the browser that it
 * was given to.
 */
export function pressedOnce(
  home: Home,
  { isOwn, keptFor }: { isOwn: (c: WebContext, token: string) => boolean; keptFor: number },
): MiddlewareHandler<WebEnv> {
  const presses = new Map<string, Press>()
  return async (c, next) => {
    if (!isForm(c) || (await fieldIn(c, ONCE_FIELD)) === '') return next()
    if (!isOwn(c, await fieldIn(c, TOKEN_FIELD))) return next()
    const name = await nameOf(c)
    const now = home.now()
    forget(presses, ({ at }) => at <= now - keptFor)
    for (let press = presses.get(name); press; press = presses.get(name)) {
      const kept = await press.answer
      if (kept) return new Response(kept.body, kept)
    }
    const { promise, resolve } = Promise.withResolvers<Kept | undefined>()
    forget(presses, () => presses.size >= MOST)
    presses.set(name, { at: now, answer: promise })
    let kept: Kept | undefined
    try {
      await next()
      if (c.res.status < 400) kept = await keep(c.res.clone())
    } finally {
      if (!kept) presses.delete(name)
      resolve(kept)
    }
    return undefined
  }
}

/** The id of a page that is given out. */
export function newOnce(home: Home): string {
  return home.random(12).toString('base64url')
}

/** A form by all that is said with it, not to be guessed from what is kept. */
async function nameOf(c: WebContext): Promise<string> {
  return createHash('sha256')
    .update(`${c.req.path}\n${await c.req.text()}`)
    .digest('base64url')
}

/** Forgets the presses of which that `is` so, the oldest first. */
function forget(presses: Map<string, Press>, is: (press: Press) => boolean): void {
  for (const [name, press] of presses) if (is(press)) presses.delete(name)
}

async function keep(answer: Response): Promise<Kept> {
  return {
    status: answer.status,
    headers: new Headers(answer.headers),
    body: await answer.arrayBuffer(),
  }
}
