import { isLoopback } from '../provider-config.ts'

/** The longest answer of a provider that is read, in bytes. */
export const ANSWER_LIMIT = 256 * 1024

/** Nobody answers there, or not with what can be taken for an answer. */
export class Unreachable extends Error {}

type Init = {
  body?: RequestInit['body']
  headers: Record<string, string>
  method: string
  redirect: 'manual'
  signal?: AbortSignal
}

/**
 * Asks something of the OpenID provider: over https, or of this machine itself, without following redirects, and takes no more than
 * ANSWER_LIMIT. Throws `Unreachable` for everything else, and when the signal ends it.
 */
export async function boundedFetch(address: string, init: Init): Promise<Response> {
  const { protocol, hostname } = new URL(address)
  if (protocol !== 'https:' && !(protocol === 'http:' && isLoopback(hostname)))
    throw new Unreachable(`${hostname} is not asked without encryption.`)
  try {
    const { body, signal, ...rest } = init
    const answer = await fetch(address, { ...rest, body: body ?? null, signal: signal ?? null })
    if (answer.status >= 500) throw new Unreachable(`${hostname} answered ${answer.status}.`)
    const bytes = await bodyOf(answer)
    const { status, headers } = answer
    return new Response(bytes.length === 0 ? null : bytes, { status, headers: plain(headers) })
  } catch (error) {
    // What undici throws when there is no connection, or when it ends too early.
    if (error instanceof TypeError)
      throw new Unreachable(`${hostname} does not answer.`, { cause: error })
    throw error
  }
}

async function bodyOf(answer: Response): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of answer.body ?? []) {
    length += part.length
    if (length > ANSWER_LIMIT) throw new Unreachable('The answer is too long.')
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** The body was unpacked already. */
function plain(headers: Headers): Headers {
  const kept = new Headers(headers)
  kept.delete('content-encoding')
  kept.delete('content-length')
  return kept
}
