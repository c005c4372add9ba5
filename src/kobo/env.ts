import type { HttpBindings } from '@hono/node-server'
import type { Context, Handler } from 'hono'
import type { Device, Pairing } from '../devices/device.ts'

/** What the way in (`admit.ts`) puts beside a request that came with a good secret. */
export type KoboEnv = {
  /** The server's own request and response; not there for a request that comes over no socket. */
  Bindings: Partial<HttpBindings>
  Variables: {
    pairing: Pairing
    /** The Kobo that makes the request and says so. What it does is evidence. */
    device: Device | undefined
    /**
     * The Kobo to answer as: the same, or the pairing's only one when the request does not say who makes it, as that of a monitor.
     * Undefined for one of several siblings.
     */
    answered: Device | undefined
    secret: string
    /** The public URL, without a trailing slash. */
    base: string
  }
}

export type KoboContext = Context<KoboEnv>
export type KoboHandler = Handler<KoboEnv>
