import type { Home } from '../../home.ts'
import { endWebSession } from '../../people/web-session.ts'
import { takeSecret } from '../cookie.ts'
import { link } from '../paths.ts'
import type { Page } from '../visit.ts'

/** Signs somebody out: their session ends here, whatever the browser keeps. */
export function endSession(home: Home): Page {
  return async (c) => {
    const { secret, root } = c.var.visit
    await endWebSession(home, secret)
    takeSecret(c, home)
    return c.redirect(link(root, 'signIn'), 303)
  }
}
