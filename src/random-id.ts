import { uuidText } from './uuid.ts'

/** A new id: a UUID v4 made of the 16 bytes that `random` gives. */
export function randomId(random: (bytes: number) => Buffer): string {
  const bytes = Buffer.from(random(16))
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return uuidText(bytes)
}
