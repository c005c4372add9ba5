import { createHash } from 'node:crypto'

/**
 * The UUID version 5 (RFC 9562) of `name` in the namespace `namespace`, itself a UUID. The same arguments always give the
 * same id.
 */
export function uuid5(namespace: string, name: string | Buffer): string {
  const digest = createHash('sha1').update(uuidBytes(namespace)).update(name).digest()
  const bytes = digest.subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return uuidText(bytes)
}

/** Whether `text` is a UUID in its usual form, in lower case. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text)
}

/** The 16 bytes of a UUID. A text that is none is a bug of the caller. */
export function uuidBytes(uuid: string): Buffer {
  if (!isUuid(uuid)) throw new Error(`Not a UUID: ${uuid}`)
  return Buffer.from(uuid.replaceAll('-', ''), 'hex')
}

/** The UUID of 16 bytes, in lower case. */
export function uuidText(bytes: Buffer): string {
  const hex = bytes.toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-')
}
