import { isIPv6 } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { callerAddress } from './forwarded.ts'
import type { Home } from './home.ts'
import { Problem } from './problem.ts'

/** What somebody at one address, or everybody at one account, has tried. */
type Tries = { wrong: number; lastAt: number; waiting: number }

/** Who calls: what tells callers apart is read from it. */
export type Call = { headers: Headers; env: Partial<HttpBindings> | undefined }

/** How wrong tries of one kind are slowed down. Times in ms. */
type Pace = {
  /** So many cost nothing. */
  free: number
  /** The longest that one waits for its answer. */
  longest: number
  /** After this time without another one, what was before is forgotten. */
  forgottenAfter: number
}

/** Wrong secrets that cost nothing: a household behind one address may have a few Kobos with an old one. */
export const FREE_TRIES = 10
/** Of one caller, whatever is tried. */
export const CALLERS: Pace = { free: FREE_TRIES, longest: 2_000, forgottenAfter: 10 * 60_000 }
/** At one account, from everywhere together: the right password never waits, so it may be long. */
export const ACCOUNTS: Pace = { free: 20, longest: 30_000, forgottenAfter: 60 * 60_000 }
/** Callers, and accounts, that are remembered; the one heard of longest ago is forgotten first. */
export const CALLERS_LIMIT = 10_000
/** Wrong secrets that wait at once, from one caller and in all; more are turned away unheard. */
const WAITING_EACH = 20
const WAITING_LIMIT = 200
/** Passwords and the like that one caller tries at once, and that are tried at once at one account. */
const GUESSES_EACH = 3
const GUESSES_AT_ONE = 10

/**
 * Counts a secret or token that was wrong, and resolves when it may be answered: at once at first, later and later from the
 * same caller. To be called after the lookup, so that a good secret never waits, whoever else is behind its address. Throws
 * `Problem('too_many')` when too many wait already. Callers are told apart by IPv4 address or IPv6 network of 64 bits, seen
 * through trusted proxies.
 */
export async function answerSlowly(home: Home, call: Call): Promise<void> {
  const { callers } = memoryOf(home)
  const tries = countTry(callers, callerOf(home, call), home.now(), CALLERS.forgottenAfter)
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
    await wait(ms, undefined, { ref: false })
  } finally {
    tries.waiting -= 1
    waitingInAll -= 1
  }
}

/**
 * Does `work`, which tries what can be guessed, such as a password; undefined is a wrong guess, whose answer waits, as those of
 * this caller do, and those at this account from everywhere. Throws `Problem('too_many')` before anything is tried when three tries of
 * the caller, or ten at the account, are under way: to be turned away must not tell that a guess was wrong. A right guess never waits.
 */
export async function tryGuessable<T>(
  home: Home,
  { call, account }: { call: Call; account?: string },
  work: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const { accounts, underWay } = memoryOf(home)
  const caller = `from ${callerOf(home, call)}`
  const lane = account === undefined ? undefined : `at ${account}`
  const isFull = (name: string, most: number) => (underWay.get(name) ?? 0) >= most
  if (isFull(caller, GUESSES_EACH) || (lane !== undefined && isFull(lane, GUESSES_AT_ONE)))
    throw new Problem(
      'too_many',
      'Too many tries come at once. Please wait a moment, and try again.',
    )
  const taken = lane === undefined ? [caller] : [caller, lane]
  for (const name of taken) underWay.set(name, (underWay.get(name) ?? 0) + 1)
  try {
    const found = await work()
    if (found !== undefined) return found
    await answerSlowly(home, call)
    if (account === undefined) return undefined
    const { wrong } = countTry(accounts, account, home.now(), ACCOUNTS.forgottenAfter)
    await wait(delayAfter(wrong, ACCOUNTS), undefined, { ref: false })
    return undefined
  } finally {
    for (const name of taken) {
      const left = (underWay.get(name) ?? 1) - 1
      if (left > 0) underWay.set(name, left)
      else underWay.delete(name)
    }
  }
}

/** How long the answer to the n-th wrong try waits, in ms. Pure. */
export function delayAfter(wrong: number, { free, longest }: Pace = CALLERS): number {
  const beyond = wrong - free
  return beyond <= 0 ? 0 : Math.min(100 * 2 ** Math.min(beyond - 1, 10), longest)
}

/** Counts one more wrong secret of a caller in `callers`, which stays within its limit. */
export function countTry(
  callers: Map<string, Tries>,
  caller: string,
  now: number,
  forgottenAfter = CALLERS.forgottenAfter,
): Tries {
  const before = callers.get(caller) ?? { wrong: 0, lastAt: now, waiting: 0 }
  if (now - before.lastAt > forgottenAfter) before.wrong = 0
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

type Memory = {
  callers: Map<string, Tries>
  accounts: Map<string, Tries>
  /** Guesses that are tried, or wait, by caller and by account. */
  underWay: Map<string, number>
}

function memoryOf(home: Home): Memory {
  const known = memories.get(home)
  if (known) return known
  const fresh: Memory = { callers: new Map(), accounts: new Map(), underWay: new Map() }
  memories.set(home, fresh)
  return fresh
}

const memories = new WeakMap<Home, Memory>()
let waitingInAll = 0
