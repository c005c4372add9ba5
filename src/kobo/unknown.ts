import { readDeviceHeaders } from '../devices/device-headers.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { pathShape } from './path-shape.ts'
import { recordUnknown, type UnknownKind } from './unknown.store.ts'

/** Kinds that are written down; whoever sends more is no Kobo. */
const KINDS_LIMIT = 200

/**
 * Whatever else a Kobo asks, behind a good secret: `200 {}`, for an error here could cancel its sync, and the kind of the
 * request is written down once, so that we learn (docs/protocol/first-contact.md).
 */
export function unknown(home: Home): KoboHandler {
  const seen = new Set<string>()
  return async (c) => {
    const kind = {
      method: c.req.method,
      shape: pathShape(c.req.path.split('/').slice(3).join('/')),
      firmware: readDeviceHeaders(c.req.raw.headers).firmware ?? 'none',
    }
    const name = JSON.stringify(kind)
    if (!seen.has(name) && seen.size < KINDS_LIMIT) {
      seen.add(name)
      await record(home, kind)
    }
    return answer({})
  }
}

/** A database that is busy is no reason to cancel a sync. */
async function record(home: Home, kind: UnknownKind): Promise<void> {
  try {
    await home.db.transact((tx) => recordUnknown(tx, kind, home.now(), KINDS_LIMIT))
    home.log.info(kind, 'A Kobo asked something that is not known.')
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    home.log.warn({ err: error }, 'An unknown request was not written down.')
  }
}
