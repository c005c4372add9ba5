import type { HttpBindings } from '@hono/node-server'
import type { Context, Handler } from 'hono'
import type { Device, Pairing } from '../devices/device.ts'

/** What the way in (`admit.ts`) puts beside a request that came with a good secret. */
export type KoboEnv = {
  /** The server's own request and response; not there for a request that comes over no socket. */
  Bindings: Partial<HttpBindings>
  Variables: {
    pairing: Pairing
    /** Undefined when the request does not say which of several siblings makes it. */
    device: Device | undefined
    secret: string
    /** The public URL, without a trailing slash. */
    base: string
  }
}

export type KoboContext = Context<KoboEnv>
export type KoboHandler = Handler<KoboEnv>
