import { pick, type Random } from './random.ts'
import { WrongUse } from './wrong-use.ts'

/** One request of a session, as a fault sees it before it is sent. */
export interface Exchange {
  /** Its number in the session, from 1. */
  n: number
  method: string
  /** The path below the sync URL without its query; for other addresses their whole path. */
  path: string
  kind: ExchangeKind
}

export type ExchangeKind = 'api' | 'oauth' | 'reading' | 'download' | 'cover'

/**
 * What goes wrong with one exchange. The session ends there, except after `delay`, `slow-reply`, `twice`, `twin-later` and
 * `postpone`.
 * - drop-request: nothing is sent.
 * - cut-request: the connection is closed after `atByte` bytes of the request, its head included. With all of them it is
 *   as with lose-reply.
 * - lose-reply: the server answers and the answer is thrown away.
 * - cut-reply: the connection is destroyed after `atByte` bytes of the body (0 when absent).
 * - delay: the request leaves only after `ms`; a device that is not that patient has no answer.
 * - slow-reply: after `atByte` bytes of the body nothing comes for `ms`.
 * - twice: the request is sent twice, and the answer that `use` names counts (the second when absent).
 * - twin-later: the request is sent again after `after` more exchanges (1 when absent), and that answer is thrown away.
 * - postpone: what the reader did is not told now but at the next sync, and the session goes on. Of other requests the same
 *   as drop-request.
 * - crash-before-token, crash-after-token: the session ends while a page is applied, or after its token is stored. A crash
 *   before it comes after `atItem` operations; when that is absent, after all of them where a page is applied whole, and
 *   anywhere where it is not. For a request other than the library sync the same as lose-reply.
 */
export type Fault =
  | { kind: 'drop-request' | 'lose-reply' | 'postpone' | 'crash-after-token' }
  | { kind: 'cut-request'; atByte: number }
  | { kind: 'cut-reply'; atByte?: number }
  | { kind: 'delay'; ms: number }
  | { kind: 'slow-reply'; atByte: number; ms: number }
  | { kind: 'twice'; use?: 'first' | 'second' }
  | { kind: 'twin-later'; after?: number }
  | { kind: 'crash-before-token'; atItem?: number }

export type Faults = (exchange: Exchange) => Fault | undefined

/** Where things go wrong, whether the device is away from the network, and what others do meanwhile. */
export interface Circumstances {
  faults?: Faults
  offline?: boolean
  /** Called when an answer has arrived and the device has not acted on it yet. */
  meanwhile?: (exchange: Exchange) => Promise<void> | void
}

/** Faults of any exchange, then those of a page. */
const ANYWHERE = [
  'drop-request',
  'cut-request',
  'lose-reply',
  'cut-reply',
  'twice',
  'twin-later',
  'postpone',
] as const
const ON_A_PAGE = [...ANYWHERE, 'crash-before-token', 'crash-after-token'] as const
const WITH_TIME = ['delay', 'slow-reply'] as const

/** Nothing goes wrong. */
export function noFaults(): undefined {
  return undefined
}

/** Something goes wrong in about `rate` (0–1) of all exchanges, chosen by `random`. Nothing of it takes time. */
export function randomFaults(random: Random, rate: number): Faults {
  return (exchange) => {
    if (random() >= rate) return undefined
    const kinds = exchange.path === '/v1/library/sync' ? ON_A_PAGE : ANYWHERE
    const kind = kinds[pick(random, kinds.length)] ?? 'drop-request'
    if (kind === 'cut-request') return { kind, atByte: pick(random, 1500) }
    if (kind === 'cut-reply') return { kind, atByte: pick(random, 4000) }
    if (kind === 'twice') return { kind, use: pick(random, 2) === 0 ? 'first' : 'second' }
    return kind === 'twin-later' ? { kind, after: 1 + pick(random, 4) } : { kind }
  }
}

/** The first of several faults that has something to say to an exchange. Each of them sees every exchange. */
export function anyOf(faults: readonly Faults[]): Faults {
  return (exchange) => {
    const all = faults.map((each) => each(exchange))
    return all.find((fault) => fault !== undefined)
  }
}

/**
 * Reads a fault from the command line: `KIND[@NUMBER[+MS]]:WHERE[#N]`. NUMBER is a byte, an item of a page, a number of
 * exchanges, or of `delay` a time in ms; WHERE is a part of the path or a kind of exchange; N says which of the matching
 * exchanges of a session is meant (the first when absent). `cut-reply@100:download#2` cuts the second download after 100
 * bytes. `random@5` lets something go wrong in 5 % of all exchanges, chosen by `random`. Throws WrongUse.
 */
export function parseFault(spec: string, random: Random): () => Faults {
  const rate = /^random@(\d+(?:\.\d+)?)$/.exec(spec)?.[1]
  if (rate !== undefined) return () => randomFaults(random, Number(rate) / 100)
  const parts = /^([a-z-]+)(?:@(\d+)(?:\+(\d+))?)?:([^#]+)(?:#(\d+))?$/.exec(spec)
  const kind = [...ON_A_PAGE, ...WITH_TIME].find((known) => known === parts?.[1])
  const where = parts?.[4]
  if (!kind || where === undefined) {
    throw new WrongUse(`A fault looks like lose-reply:/v1/library/sync#2, not like ${spec}.`)
  }
  const nth = Number(parts?.[5] ?? 1)
  const fault = faultOf(kind, parts?.[2], Number(parts?.[3] ?? 0))
  return () => {
    let seen = 0
    return (exchange) => {
      if (exchange.kind !== where && !exchange.path.includes(where)) return undefined
      seen += 1
      return seen === nth ? fault : undefined
    }
  }
}

function faultOf(kind: Fault['kind'], digits: string | undefined, ms: number): Fault {
  const number = Number(digits ?? 0)
  if (kind === 'cut-request' || kind === 'cut-reply') return { kind, atByte: number }
  if (kind === 'delay') return { kind, ms: number }
  if (kind === 'slow-reply') return { kind, atByte: number, ms }
  if (kind === 'twice') return { kind, use: number === 1 ? 'first' : 'second' }
  if (kind === 'twin-later') return { kind, after: Math.max(1, number) }
  if (kind === 'crash-before-token' && digits !== undefined) return { kind, atItem: number }
  return { kind }
}
