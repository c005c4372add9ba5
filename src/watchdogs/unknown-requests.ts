import { lastClosed } from '../errata/find-errata.store.ts'
import { unknownRequests } from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { tell } from './tell.ts'
import { unknownKindsSince } from './watchdog.store.ts'

/** What was asked once and never told is old news then, in ms: thirty days. */
const OLD = 30 * 24 * 60 * 60_000

/** Watches what Kobos ask that this program does not know: one erratum lists what is new since the last one was closed. */
export async function watchRequests(home: Home): Promise<void> {
  const told = (await lastClosed(home.db.read, 'unknown-requests', 'unknown')) ?? 0
  const since = Math.max(told, home.now() - OLD)
  const kinds = await unknownKindsSince(home.db.read, since)
  await tell(
    home,
    { kind: 'unknown-requests' },
    kinds.length === 0 ? [] : [unknownRequests(kinds)],
    'Nothing new was asked for thirty days.',
  )
}
