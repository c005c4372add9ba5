import { createHmac, timingSafeEqual } from 'node:crypto'
import { uuidBytes, uuidText } from '../uuid.ts'
import type { Pairing } from './device.ts'

/** What an access token of ours says. */
export type AccessToken = {
  /** Its own random UUID. */
  id: string
  pairing: string
  generation: number
  /** Epoch ms. */
  issuedAt: number
}

const SIZE = 42
const MAC_SIZE = 16

/**
 * An access token for a pairing: 78 opaque characters of base64url that carry the pairing, its generation and a MAC made
 * with the server's `key`, so that a call at the server's root can be known (docs/protocol/annotations.md).
 * `id` is a new random UUID.
 */
export function issueToken(
  key: Buffer,
  pairing: Pick<Pairing, 'id' | 'generation'>,
  issue: { id: string; now: number },
): string {
  const content = Buffer.alloc(SIZE)
  uuidBytes(issue.id).copy(content)
  uuidBytes(pairing.id).copy(content, 16)
  content.writeUInt32BE(pairing.generation, 32)
  content.writeUIntBE(issue.now, 36, 6)
  return Buffer.concat([content, macOf(key, content)]).toString('base64url')
}

/** Reads an access token; undefined when this server did not make it. Whether its generation is current is another question. */
export function readToken(key: Buffer, text: string): AccessToken | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== SIZE + MAC_SIZE || bytes.toString('base64url') !== text) return undefined
  const content = bytes.subarray(0, SIZE)
  if (!timingSafeEqual(bytes.subarray(SIZE), macOf(key, content))) return undefined
  return {
    id: uuidText(content.subarray(0, 16)),
    pairing: uuidText(content.subarray(16, 32)),
    generation: content.readUInt32BE(32),
    issuedAt: content.readUIntBE(36, 6),
  }
}

/** The token of an `Authorization: Bearer` header, when it is one of ours. */
export function bearerToken(key: Buffer, headers: Pick<Headers, 'get'>): AccessToken | undefined {
  const text = /^Bearer +([A-Za-z0-9_-]{1,100})$/i.exec(headers.get('authorization') ?? '')?.[1]
  return text === undefined ? undefined : readToken(key, text)
}

function macOf(key: Buffer, content: Buffer): Buffer {
  return createHmac('sha256', key)
    .update('holdfast access token\n')
    .update(content)
    .digest()
    .subarray(0, MAC_SIZE)
}
