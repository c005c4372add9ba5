import { getRequestListener } from '@hono/node-server'
import { openApp, type App } from './app.ts'
import { openPreparation } from './artifacts/prepare.ts'
import { sweepCopies } from './audit/private-copy.ts'
import { openWorkers, type Workers } from './artifacts/workers.ts'
import { openInbox } from './catalogue/inbox.ts'
import { recoverImports } from './catalogue/recover.ts'
import type { Config } from './config.ts'
import type { Home } from './home.ts'
import { openHome, type HomeOptions } from './open-home.ts'
import { openReview } from './review.ts'
import { takeLibrary } from './serving-lock.ts'
import { openStarting } from './starting.ts'
import { writeNotes } from './sync/facts.ts'
import { type Times, openHttp, listen, stopListening } from './listen.ts'
import { tellAddresses, tellFirstCode, readable } from './tell-addresses.ts'

/** A running server. */
export type Server = {
  /** Where it listens, as this machine reaches it. */
  url: string
  app: App
  home: Home
  /** Resolves when what was dropped is imported and what is wanted is prepared. */
  quiet(): Promise<void>
  /** Answers what was asked, finishes what is under way, and lets go of everything. */
  close(): Promise<void>
}

export type ServerOptions = HomeOptions & {
  /** How long a file in the inbox must stay unchanged before it is taken, in ms. */
  settle?: number
  /** How long the server waits for others, in ms, where it is not as long as usual. */
  times?: Partial<Times> | undefined
  /** How many connections there may be at once, where it is not as many as usual. */
  connections?: number | undefined
  /** Who makes artifacts, where the server shall not have workers of its own. The caller closes them. */
  workers?: Workers | undefined
}

/** A household needs few; with more, open files would run out. */
const CONNECTIONS = 500

/**
 * Opens everything that lives long, and releases it again with `close`: the one place where the program is put together.
 * Throws `Problem('unavailable')` when the port is taken or a folder cannot be written.
 */
export async function openServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  let app = openStarting(config)
  const answer = getRequestListener((request, env) => app.fetch(request, env))
  const http = openHttp(
    options.times ?? {},
    options.connections ?? CONNECTIONS,
    (incoming, outgoing) => void answer(incoming, outgoing),
  )
  // The port first: two servers must not both begin to work on one library.
  const port = await listen(http, config)
  try {
    const home = await openHome({ ...config, port }, options)
    const parts = await openParts(home, options)
    app = openApp(home, () => parts.preparation.kick())
    const url = `http://${readable(config.host)}:${port}`
    const addresses = tellAddresses(home)
    await tellFirstCode(home, addresses)
    return {
      url,
      app,
      home,
      async quiet() {
        await parts.inbox.quiet()
        await parts.preparation.quiet()
      },
      async close() {
        await stopListening(http)
        await parts.review.close()
        await parts.inbox.close()
        await parts.preparation.close()
        await parts.closeWorkers()
        try {
          await writeNotes(home)
        } finally {
          await home.db.close()
          parts.giveBack()
        }
      },
    }
  } catch (error) {
    http.closeAllConnections()
    http.close()
    throw error
  }
}

/** What works beside the answering of requests. */
async function openParts(home: Home, options: ServerOptions) {
  let own: Workers | undefined
  try {
    const giveBack = takeLibrary(home.config.dataDir)
    const workers = options.workers ?? (own = openWorkers(home.log))
    await recoverImports(home)
    await sweepCopies(home)
    const review = openReview(home)
    const preparation = openPreparation(home, workers)
    const inbox = await openInbox(home, {
      settle: options.settle ?? 2000,
      imported: () => preparation.kick(),
    })
    return { preparation, inbox, review, closeWorkers: async () => own?.close(), giveBack }
  } catch (error) {
    await own?.close()
    await home.db.close()
    throw error
  }
}
