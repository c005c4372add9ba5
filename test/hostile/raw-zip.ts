import { crc32, deflateRawSync } from 'node:zlib'

/** One entry of an archive in which everything can be a lie. What is not told is true. */
export type RawEntry = {
  name: string | Buffer
  content: string | Buffer
  stored?: boolean
  /** The method of compression that is told. */
  method?: number
  flags?: number
  /** The system that made it: 3 is Unix. */
  system?: number
  /** The mode of the file as Unix has it, such as 0o120777 for a link. */
  mode?: number
  extra?: Buffer
  comment?: Buffer
  /** Lies of the table of contents. */
  size?: number
  packed?: number
  crc?: number
  offset?: number
  /** Lies of the header before the bytes. */
  localName?: string
  localSize?: number
  /** Sizes and checksum follow the bytes. */
  hasDescriptor?: boolean
}

/** What the end of the archive tells of it. What is not told is true. */
export type RawEnd = {
  count?: number
  tableSize?: number
  tableOffset?: number
  comment?: Buffer
  /** Bytes before the first entry. */
  before?: Buffer
  /** Whether a zip64 end comes before the plain one, with these values. */
  zip64?: { count?: bigint; tableSize?: bigint; tableOffset?: bigint; place?: bigint }
}

/** An archive of these entries and lies. */
export function rawZip(entries: RawEntry[], end: RawEnd = {}): Buffer {
  const bodies: Buffer[] = [end.before ?? Buffer.alloc(0)]
  const table: Buffer[] = []
  let offset = bodies[0]?.length ?? 0
  for (const entry of entries) {
    const body = bodyOf(entry)
    table.push(recordOf(entry, offset))
    bodies.push(body)
    offset += body.length
  }
  const records = Buffer.concat(table)
  return Buffer.concat([...bodies, records, endOf(entries.length, records.length, offset, end)])
}

/** The central directory's 46-byte record (APPNOTE.TXT, 4.3.12). */
function recordOf(entry: RawEntry, offset: number): Buffer {
  const name = Buffer.from(entry.name)
  const { extra = Buffer.alloc(0), comment = Buffer.alloc(0) } = entry
  const head = Buffer.alloc(46)
  head.write('PK\u0001\u0002')
  head.writeUInt16LE(((entry.system ?? 0) << 8) | 20, 4)
  head.writeUInt16LE(20, 6)
  common(entry).copy(head, 8)
  head.writeUInt32LE(entry.crc ?? crc32(entry.content), 16)
  head.writeUInt32LE(entry.packed ?? packedOf(entry).length, 20)
  head.writeUInt32LE(entry.size ?? Buffer.byteLength(entry.content), 24)
  head.writeUInt16LE(name.length, 28)
  head.writeUInt16LE(extra.length, 30)
  head.writeUInt16LE(comment.length, 32)
  head.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 38)
  head.writeUInt32LE(entry.offset ?? offset, 42)
  return Buffer.concat([head, name, extra, comment])
}

/** The local header and the bytes behind it (APPNOTE.TXT, 4.3.7). */
function bodyOf(entry: RawEntry): Buffer {
  const name = Buffer.from(entry.localName ?? entry.name)
  const packed = packedOf(entry)
  const head = Buffer.alloc(30)
  head.write('PK\u0003\u0004')
  head.writeUInt16LE(20, 4)
  common(entry).copy(head, 6)
  const sizes = Buffer.alloc(12)
  sizes.writeUInt32LE(entry.crc ?? crc32(entry.content), 0)
  sizes.writeUInt32LE(packed.length, 4)
  sizes.writeUInt32LE(entry.localSize ?? entry.size ?? Buffer.byteLength(entry.content), 8)
  if (entry.hasDescriptor !== true) sizes.copy(head, 14)
  head.writeUInt16LE(name.length, 26)
  const descriptor = Buffer.concat([Buffer.from('PK\u0007\u0008'), sizes])
  const tail = entry.hasDescriptor === true ? descriptor : Buffer.alloc(0)
  return Buffer.concat([head, name, packed, tail])
}

/** Flags, method, time and date, which both headers have. */
function common(entry: RawEntry): Buffer {
  const bytes = Buffer.alloc(8)
  const descriptor = entry.hasDescriptor === true ? 8 : 0
  bytes.writeUInt16LE((entry.flags ?? UTF8_NAMES) | descriptor, 0)
  bytes.writeUInt16LE(entry.method ?? (entry.stored === true ? 0 : 8), 2)
  bytes.writeUInt16LE(FIRST_DOS_DAY, 6)
  return bytes
}

const UTF8_NAMES = 0x800
const FIRST_DOS_DAY = 0x21

const packed = new WeakMap<RawEntry, Buffer>()

function packedOf(entry: RawEntry): Buffer {
  const known = packed.get(entry)
  if (known !== undefined) return known
  const content = Buffer.from(entry.content)
  const bytes = entry.stored === true ? content : deflateRawSync(content)
  packed.set(entry, bytes)
  return bytes
}

function endOf(count: number, tableSize: number, tableOffset: number, end: RawEnd): Buffer {
  const comment = end.comment ?? Buffer.alloc(0)
  const plain = Buffer.alloc(22)
  plain.write('PK\u0005\u0006')
  plain.writeUInt16LE(end.zip64 ? 0xffff : (end.count ?? count), 8)
  plain.writeUInt16LE(end.zip64 ? 0xffff : (end.count ?? count), 10)
  plain.writeUInt32LE(end.zip64 ? 0xffffffff : (end.tableSize ?? tableSize), 12)
  plain.writeUInt32LE(end.zip64 ? 0xffffffff : (end.tableOffset ?? tableOffset), 16)
  plain.writeUInt16LE(comment.length, 20)
  if (!end.zip64) return Buffer.concat([plain, comment])
  const wide = Buffer.alloc(56)
  wide.write('PK\u0006\u0006')
  wide.writeBigUInt64LE(44n, 4)
  wide.writeBigUInt64LE(end.zip64.count ?? BigInt(count), 24)
  wide.writeBigUInt64LE(end.zip64.count ?? BigInt(count), 32)
  wide.writeBigUInt64LE(end.zip64.tableSize ?? BigInt(tableSize), 40)
  wide.writeBigUInt64LE(end.zip64.tableOffset ?? BigInt(tableOffset), 48)
  const locator = Buffer.alloc(20)
  locator.write('PK\u0006\u0007')
  locator.writeBigUInt64LE(end.zip64.place ?? BigInt(tableOffset + tableSize), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([wide, locator, plain, comment])
}
