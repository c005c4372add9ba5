import type { Home } from '../../home.ts'
import { lanAddresses, reachableBases } from '../../public-url.ts'
import { baseOf } from '../cookie.ts'
import type { WebContext } from '../visit.ts'

/** By what a Kobo may reach this server, the likeliest first. */
export function basesFor(c: WebContext, home: Home): string[] {
  return reachableBases(home.config, baseOf(c, home), lanAddresses())
}

/** A Kobo would find nobody but itself. */
export function NotReachable() {
  return (
    <p class="stamp" role="alert">
      No Kobo can reach this server: it listens to its own machine alone. Set{' '}
      <code>HOLDFAST_HOST</code> to <code>0.0.0.0</code>, or <code>HOLDFAST_PUBLIC_URL</code> to the
      address that your network knows it by, and start it again.
    </p>
  )
}
