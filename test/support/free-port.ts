import { createServer } from 'node:net'

/**
 * Below those that a system gives to whoever asks for any port: one of these might be given to another process before it is used here. Above
 * the last of those that browsers refuse.
 */
const FIRST = 11_000
const COUNT = 20_000

/** Processes begin far from one another: their ids follow one another, and this is prime. */
let next = (process.pid * 7919) % COUNT

/**
 * A port that is free, for a server whose address must be known before it listens, also over its restarts. Each is given once, as long
 * as there are others.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried += 1) {
    const port = FIRST + next
    next = (next + 1) % COUNT
    if (await isFree(port)) return port
  }
  throw new Error('No port is free.')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
