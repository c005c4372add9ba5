import { createHmac, timingSafeEqual } from 'node:crypto'
import { uuidBytes, uuidText } from '../uuid.ts'

/** Bytes of the MAC that are kept. */
const MAC_SIZE = 16

/**
 * The key inside a download address: it attributes the download to a device and to the number of tokenless syncs before
 * it, and opens nothing else (docs/protocol/downloads-and-covers.md). 48 characters of base64url: the device's UUID, the
 * number as 32 bits, 16 bytes of HMAC-SHA-256 with the server's `key`.
 */
export function mediaKey(key: Buffer, device: string, number: number): string {
  const content = Buffer.alloc(20)
  uuidBytes(device).copy(content)
  content.writeUInt32BE(number, 16)
  return sealed(key, 'media', content)
}

/** What a media key says; undefined when this server did not make it. */
export function readMediaKey(
  key: Buffer,
  text: string,
): { device: string; number: number } | undefined {
  const content = opened(key, 'media', text, 20)
  if (content === undefined) return undefined
  return { device: uuidText(content.subarray(0, 16)), number: content.readUInt32BE(16) }
}

/**
 * The key inside a cover address: it names the pairing only, for image templates are given out by a call that does not
 * say which device makes it (docs/protocol/downloads-and-covers.md). 43 characters of base64url.
 */
export function coverKey(key: Buffer, pairing: string): string {
  return sealed(key, 'cover', uuidBytes(pairing))
}

/** The pairing that a cover key names; undefined when this server did not make it. */
export function readCoverKey(key: Buffer, text: string): string | undefined {
  const content = opened(key, 'cover', text, 16)
  return content && uuidText(content)
}

/** `content` and its MAC, as base64url. The purpose keeps a key for one thing from being taken for another. */
function sealed(key: Buffer, purpose: string, content: Buffer): string {
  return Buffer.concat([content, macOf(key, purpose, content)]).toString('base64url')
}

function opened(key: Buffer, purpose: string, text: string, size: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length !== size + MAC_SIZE || bytes.toString('base64url') !== text) return undefined
  const content = bytes.subarray(0, size)
  return timingSafeEqual(bytes.subarray(size), macOf(key, purpose, content)) ? content : undefined
}

function macOf(key: Buffer, purpose: string, content: Buffer): Buffer {
  return createHmac('sha256', key)
    .update(`holdfast ${purpose} key\n`)
    .update(content)
    .digest()
    .subarray(0, MAC_SIZE)
}
