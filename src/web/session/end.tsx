import type { Home } from '../../home.ts'
import { leaveProvider } from '../../people/provider.ts'
import { endWebSession } from '../../people/web-session.ts'
import { baseOf, takeSecret } from '../cookie.ts'
import { Layout } from '../layout.tsx'
import { link, PATHS } from '../paths.ts'
import type { Page } from '../visit.ts'

/** Signs somebody out: their session ends here, whatever the browser keeps. The provider, if they came by it, is left to them. */
export function endSession(home: Home): Page {
  return async (c) => {
    const { secret, root, way } = c.var.visit
    await endWebSession(home, secret)
    takeSecret(c, home)
    const name = home.config.provider?.name
    const leave =
      way === 'provider' && name !== undefined
        ? await leaveProvider(home, baseOf(c, home) + PATHS.signIn)
        : undefined
    if (leave === undefined) return c.redirect(link(root, 'signIn'), 303)
    return c.html(
      <Layout title="Signed out" root={root}>
        <div class="problem">
          <h1>Signed out</h1>
          <p class="lead">You are signed out here. {name} may still know you in this browser.</p>
          <p>
            <a class="button first" href={leave}>
              Sign out at {name} too
            </a>
          </p>
          <p>
            <a href={link(root, 'signIn')}>Sign in again</a>
          </p>
        </div>
      </Layout>,
    )
  }
}
