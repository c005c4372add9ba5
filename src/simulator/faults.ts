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
 * What goes wrong with one exchange. The session ends there, except after `delay` and `twice`.
 * - drop-request: nothing is sent.
 * - lose-reply: the server answers and the answer is thrown away.
 * - cut-reply: the connection is destroyed after `atByte` bytes of the body (0 when absent).
 * - delay: the request leaves only after `ms`; a device that is not that patient has no answer.
 * - twice: the request is sent twice, the second answer is used.
 * - crash-before-token, crash-after-token: the page is applied and the session ends before or after its token is stored;
 *   for a request other than the library sync the same as lose-reply.
 */
export type Fault =
  | { kind: 'drop-request' | 'lose-reply' | 'twice' | 'crash-before-token' | 'crash-after-token' }
  | { kind: 'cut-reply'; atByte?: number }
  | { kind: 'delay'; ms: number }

export type Faults = (exchange: Exchange) => Fault | undefined

const KINDS = [
  'drop-request',
  'lose-reply',
  'cut-reply',
  'twice',
  'crash-before-token',
  'crash-after-token',
] as const

/** Nothing goes wrong. */
export function noFaults(): undefined {
  return undefined
}

/** Something goes wrong in about `rate` (0–1) of all exchanges, chosen by `random`. */
export function randomFaults(random: Random, rate: number): Faults {
  return (exchange) => {
    if (random() >= rate) return undefined
    const onPage = exchange.path === '/v1/library/sync'
    const kind = KINDS[pick(random, onPage ? KINDS.length : 4)] ?? 'drop-request'
    return kind === 'cut-reply' ? { kind, atByte: pick(random, 4000) } : { kind }
  }
}

/**
 * Reads a fault from the command line: `KIND[@NUMBER]:WHERE[#N]`, where NUMBER is a byte of the body or a delay in ms, WHERE is a part of the path or a kind of exchange
 * and N says which of the matching exchanges of a session (the first when absent).
 * `cut-reply@100:download#2` cuts the second download after 100 bytes. Throws WrongUse.
 */
export function parseFault(spec: string): () => Faults {
  const parts = /^([a-z-]+)(?:@(\d+))?:([^#]+)(?:#(\d+))?$/.exec(spec)
  const kind = [...KINDS, 'delay' as const].find((known) => known === parts?.[1])
  const where = parts?.[3]
  if (!kind || where === undefined) {
    throw new WrongUse(`A fault looks like lose-reply:/v1/library/sync#2, not like ${spec}.`)
  }
  const nth = Number(parts?.[4] ?? 1)
  const fault = faultOf(kind, Number(parts?.[2] ?? 0))
  return () => {
    let seen = 0
    return (exchange) => {
      if (exchange.kind !== where && !exchange.path.includes(where)) return undefined
      seen += 1
      return seen === nth ? fault : undefined
    }
  }
}

function faultOf(kind: Fault['kind'], number: number): Fault {
  if (kind === 'cut-reply') return { kind, atByte: number }
  return kind === 'delay' ? { kind, ms: number } : { kind }
}
