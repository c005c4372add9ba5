import { isIPv6 } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { callerAddress } from './forwarded.ts'
import type { Home } from './home.ts'
import { Problem } from './problem.ts'

/** What somebody at one address has tried. */
type Tries = { wrong: number; lastAt: number; waiting: number }

/** Who calls: what tells callers apart is read from it. */
export type Call = { headers: Headers; env: Partial<HttpBindings> | undefined }

/** Wrong secrets that cost nothing: a household behind one address may have a few Kobos with an old one. */
export const FREE_TRIES = 10
/** The longest that a wrong secret waits for its answer, in ms. */
export const LONGEST_WAIT = 2_000
/** After this time without another wrong secret, what was before is forgotten, in ms. */
export const FORGOTTEN_AFTER = 10 * 60_000
/** Callers that are remembered; the one heard of longest ago is forgotten first. */
export const CALLERS_LIMIT = 10_000
/** Wrong secrets that wait at once, from one caller and in all; more are turned away unheard. */
const WAITING_EACH = 20
const WAITING_LIMIT = 200
/** Passwords that one caller tries at once. */
const GUESSES_EACH = 3

/**
 * Counts a secret, token or password that was wrong, and resolves when it may be answered: at once at first, later and later from the
 * same caller. To be called after the lookup, so that a good secret never waits, whoever else is behind its address. Throws
 * `Problem('too_many')` when too many wait already. Callers are told apart by IPv4 address or IPv6 network of 64 bits, seen
 * through trusted proxies.
 */
export async function answerSlowly(home: Home, call: Call): Promise<void> {
  const callers = known.get(home) ?? new Map<string, Tries>()
  known.set(home, callers)
  const tries = countTry(callers, callerOf(home, call), home.now())
  const ms = delayAfter(tries.wrong)
  if (ms === 0) return
  if (tries.waiting >= WAITING_EACH || waitingInAll >= WAITING_LIMIT)
    throw new Problem(
      'too_many',
      'Too many wrong addresses, tokens or passwords come from there. Please wait.',
    )
  tries.waiting += 1
  waitingInAll += 1
  try {
    await wait(ms)
  } finally {
    tries.waiting -= 1
    waitingInAll -= 1
  }
}

/**
 * Does `work`, which tries what can be guessed, such as a password, and answers a wrong one slowly. Throws `Problem('too_many')` before
 * anything is tried when three tries of the caller are under way: to be turned away must not tell that a guess was wrong.
 */
export async function tryGuessable<T>(home: Home, call: Call, work: () => Promise<T>): Promise<T> {
  const callers = guessing.get(home) ?? new Map<string, number>()
  guessing.set(home, callers)
  const caller = callerOf(home, call)
  const underWay = callers.get(caller) ?? 0
  if (underWay >= GUESSES_EACH)
    throw new Problem(
      'too_many',
      'Too many tries come from there at once. Please wait a moment, and try again.',
    )
  callers.set(caller, underWay + 1)
  try {
    return await work()
  } finally {
    const left = (callers.get(caller) ?? 1) - 1
    if (left > 0) callers.set(caller, left)
    else callers.delete(caller)
  }
}

/** How long the answer to the n-th wrong secret waits, in ms. */
export function delayAfter(wrong: number): number {
  const beyond = wrong - FREE_TRIES
  return beyond <= 0 ? 0 : Math.min(100 * 2 ** Math.min(beyond - 1, 10), LONGEST_WAIT)
}

/** Counts one more wrong secret of a caller in `callers`, which stays within its limit. */
export function countTry(callers: Map<string, Tries>, caller: string, now: number): Tries {
  const before = callers.get(caller) ?? { wrong: 0, lastAt: now, waiting: 0 }
  if (now - before.lastAt > FORGOTTEN_AFTER) before.wrong = 0
  before.wrong += 1
  before.lastAt = now
  // The last in the map is always the newest.
  callers.delete(caller)
  callers.set(caller, before)
  for (const oldest of callers.keys()) {
    if (callers.size <= CALLERS_LIMIT) break
    callers.delete(oldest)
  }
  return before
}

/** What tells callers apart: whoever has an IPv6 address has a whole network of them. */
export function networkOf(address: string | undefined): string {
  if (address === undefined || !isIPv6(address)) return address ?? 'nobody'
  const [head = '', tail] = address.toLowerCase().split('::')
  const front = head.split(':').filter(Boolean)
  const back = (tail ?? '').split(':').filter(Boolean)
  const gap = tail === undefined ? 0 : Math.max(0, 8 - front.length - back.length)
  const groups = [...front, ...Array.from({ length: gap }, () => '0'), ...back]
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')
}

function callerOf(home: Home, { headers, env }: Call): string {
  const peer = env?.incoming?.socket.remoteAddress
  return networkOf(callerAddress({ headers, peer }, home.config.trustedProxies))
}

const guessing = new WeakMap<Home, Map<string, number>>()
const known = new WeakMap<Home, Map<string, Tries>>()
let waitingInAll = 0
