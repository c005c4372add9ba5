import { createServer, type RequestListener, type Server as HttpServer } from 'node:http'
import { isIPv6 } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { openApp, type App } from './app.ts'
import { openPreparation } from './artifacts/prepare.ts'
import { sweepCopies } from './audit/private-copy.ts'
import { openWorkers, type Workers } from './artifacts/workers.ts'
import { openInbox } from './catalogue/inbox.ts'
import { recoverImports } from './catalogue/recover.ts'
import type { Config } from './config.ts'
import { keepRoom } from './connections.ts'
import type { Home } from './home.ts'
import { openHome, type HomeOptions } from './open-home.ts'
import { newFirstCode } from './people/first-visit.ts'
import { Problem } from './problem.ts'
import { isEverywhere, lanAddresses, publicUrl } from './public-url.ts'
import { openReview } from './review.ts'
import { takeLibrary } from './serving-lock.ts'
import { openStarting } from './starting.ts'
import { writeNotes } from './sync/facts.ts'

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

type Times = {
  /** For the whole head of a request. */
  head: number
  /** For a whole request, with its body. */
  request: number
  /** For anything at all to be sent or taken on a connection. */
  stall: number
  /** For the next request on a connection. */
  keepAlive: number
}

/** Resource map, tokens and a reader's own headers together stay well below. */
const HEADER_BYTES = 64 * 1024

/**
 * Kobos keep a connection between the pages of a sync, and proxies often keep theirs for a minute; a large upload over a slow line takes
 * long. But whoever sends or takes nothing at all is gone.
 */
const TIMES: Times = {
  head: 60_000,
  request: 30 * 60_000,
  stall: 120_000,
  keepAlive: 75_000,
}

/** A household needs few; with more, open files would run out. */
const CONNECTIONS = 500

/** How often the times are looked at, in ms. */
const WATCH = 15_000

/** How long a stop waits for answers that are under way, in ms. */
const PATIENCE = 10_000

/** How often a stop looks for connections that nobody uses any more, in ms. */
const IDLE = 20

/**
 * Opens everything that lives long, and releases it again with `close`: the one place where the program is put together.
 * Throws `Problem('unavailable')` when the port is taken or a folder cannot be written.
 */
export async function openServer(config: Config, options: ServerOptions = {}): Promise<Server> {
  let app = openStarting(config)
  const answer = getRequestListener((request, env) => app.fetch(request, env))
  const http = openHttp(
    { ...TIMES, ...options.times },
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

function openHttp(times: Times, connections: number, listener: RequestListener): HttpServer {
  const http = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      keepAliveTimeout: times.keepAlive,
      headersTimeout: times.head,
      requestTimeout: times.request,
      connectionsCheckingInterval: Math.min(WATCH, times.head, times.request),
    },
    listener,
  )
  keepRoom(http, connections)
  // Without a listener of its own this closes the connection, and a delivery that was under way hears of it.
  http.setTimeout(times.stall)
  return http
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

function listen(http: HttpServer, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      reject(refusal(error, host, port) ?? error)
    })
    http.listen(port, host, () => {
      const address = http.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function refusal(error: NodeJS.ErrnoException, host: string, port: number): Problem | undefined {
  const sentences: Record<string, string> = {
    EADDRINUSE: `Port ${port} is in use by another program. Please stop that one, or choose another port in HOLDFAST_PORT.`,
    EACCES: `Holdfast may not use port ${port}. Please choose one above 1023 in HOLDFAST_PORT.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Please mend HOLDFAST_HOST.`,
    ENOTFOUND: `This machine has no address ${host}. Please mend HOLDFAST_HOST.`,
  }
  const sentence = sentences[error.code ?? '']
  return sentence === undefined ? undefined : new Problem('unavailable', sentence, { cause: error })
}

function stopListening(http: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => http.closeAllConnections(), PATIENCE)
    // An answer that is under way leaves its connection idle only when it is out.
    const idle = setInterval(() => http.closeIdleConnections(), IDLE)
    http.close(() => {
      clearTimeout(impatient)
      clearInterval(idle)
      resolve()
    })
    http.closeIdleConnections()
  })
}

/** Says where the server is found, so that somebody who just started it knows what to type. */
function tellAddresses({ config, log }: Home): string[] {
  const lan = lanAddresses()
  const addresses =
    config.publicUrl === null && isEverywhere(config.host) && lan.length > 0
      ? lan.map((address) => `http://${address}:${config.port}`)
      : [
          config.publicUrl ??
            publicUrl(config, { address: config.host, port: config.port }, undefined),
        ]
  log.info({ addresses }, `Holdfast is open at ${addresses.join(' and ')}.`)
  return addresses
}

/** While nobody owns the server: a link with a code, for whoever can read its log. */
async function tellFirstCode(home: Home, addresses: readonly string[]): Promise<void> {
  const code = await newFirstCode(home)
  if (code === undefined) return
  const links = addresses.map((address) => `${address}/first-visit?code=${code}`)
  home.log.info(
    `Nobody owns this server yet. Make your account at ${links.join(' or ')}: the code is good for fifteen minutes, and once.`,
  )
}

function readable(host: string): string {
  if (isEverywhere(host)) return '127.0.0.1'
  return isIPv6(host) ? `[${host}]` : host
}
