import { pick } from '../invariants/random.ts'
import type { Random } from '../invariants/random.ts'

/** Bytes with one to eight faults: flipped bits, cuts, blocks moved or doubled, lies in the numbers of a ZIP archive. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let mutated: Buffer = Buffer.from(bytes)
  const faults = 1 + Math.floor(random() ** 2 * 8)
  for (let n = 0; n < faults && mutated.length > 0; n += 1)
    mutated = (pick(random, BYTE_FAULTS) ?? flip)(random, mutated)
  return mutated
}

/** Text with one to six faults that a reader of markup or JSON may stumble over. */
export function mutateText(random: Random, text: string): string {
  let mutated = text
  const faults = 1 + Math.floor(random() ** 2 * 6)
  for (let n = 0; n < faults; n += 1) {
    const [from, to] = span(random, mutated.length, 40)
    const piece = pick(random, PIECES) ?? ''
    const choice = random()
    if (choice < 0.4) mutated = mutated.slice(0, from) + piece + mutated.slice(from)
    else if (choice < 0.6) mutated = mutated.slice(0, from) + mutated.slice(to)
    else if (choice < 0.75) mutated = mutated.slice(0, to) + mutated.slice(from)
    else if (choice < 0.9) mutated = mutated.slice(0, from) + piece + mutated.slice(to)
    else mutated = mutated.slice(0, from)
  }
  return mutated
}

/** A start and an end behind it, at most `longest` apart. */
function span(random: Random, length: number, longest: number): [number, number] {
  const from = Math.floor(random() * (length + 1))
  return [from, Math.min(length, from + Math.floor(random() * longest))]
}

function flip(random: Random, bytes: Buffer): Buffer {
  const at = Math.floor(random() * bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  return bytes
}

const BYTE_FAULTS: ((random: Random, bytes: Buffer) => Buffer)[] = [
  flip,
  flip,
  function overwrite(random, bytes) {
    const [from, to] = span(random, bytes.length, 64)
    return bytes.fill(pick(random, [0, 0xff, 0x20, 0x50]) ?? 0, from, to)
  },
  (random, bytes) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  function remove(random, bytes) {
    const [from, to] = span(random, bytes.length, 5_000)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  function double(random, bytes) {
    const [from, to] = span(random, bytes.length, 5_000)
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)])
  },
  function splice(random, bytes) {
    const [from, to] = span(random, bytes.length, 5_000)
    const at = Math.floor(random() * bytes.length)
    bytes.copy(bytes, at, from, to)
    return bytes
  },
  lieAboutSizes,
  lieAboutSizes,
  lieAboutSizes,
]

/** Puts an awkward number into one field of one structure of a ZIP archive. */
function lieAboutSizes(random: Random, bytes: Buffer): Buffer {
  const structure = pick(random, STRUCTURES)
  if (structure === undefined) return bytes
  const places: number[] = []
  for (let at = bytes.indexOf(structure.mark); at >= 0 && places.length < 200;)
    at = bytes.indexOf(structure.mark, places.push(at) && at + 4)
  const start = pick(random, places)
  const field = pick(random, structure.fields)
  if (start === undefined || field === undefined) return bytes
  const [offset, width] = field
  if (start + offset + width > bytes.length) return bytes
  const value = pick(random, [0, 1, 2, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff])
  const most = width === 2 ? 0xffff : 0xffff_ffff
  bytes.writeUIntLE(Math.min(value ?? 0, most), start + offset, width)
  return bytes
}

/** Local headers, records and ends (APPNOTE.TXT, 4.3.7, 4.3.12, 4.3.16): their fields as offset and width in bytes. */
const STRUCTURES: { mark: Buffer; fields: [number, number][] }[] = [
  {
    mark: Buffer.from('PK\u0003\u0004'),
    fields: [
      [6, 2],
      [8, 2],
      [14, 4],
      [18, 4],
      [22, 4],
      [26, 2],
      [28, 2],
    ],
  },
  {
    mark: Buffer.from('PK\u0001\u0002'),
    fields: [
      [4, 2],
      [8, 2],
      [10, 2],
      [16, 4],
      [20, 4],
      [24, 4],
      [28, 2],
      [30, 2],
      [32, 2],
      [38, 4],
      [42, 4],
    ],
  },
  {
    mark: Buffer.from('PK\u0005\u0006'),
    fields: [
      [4, 2],
      [8, 2],
      [10, 2],
      [12, 4],
      [16, 4],
      [20, 2],
    ],
  },
]

const PIECES = [
  '<',
  '>',
  '&',
  '"',
  "'",
  '/>',
  '</',
  '<!--',
  '-->',
  ']]>',
  '<![CDATA[',
  '<?xml',
  '&#0;',
  '&#xFFFFFFFF;',
  '&lt;',
  '<!DOCTYPE x [<!ENTITY y "z">]>',
  '\0',
  '\uFFFF',
  '\uD800',
  '\u202E',
  '\u00E9',
  '\u{1F4DA}',
  ' xmlns="x"',
  'xml:',
  '<metadata>',
  '</metadata>',
  '<manifest>',
  '</package>',
  '<dc:title>',
  'idref="',
  'href="../../',
  'a'.repeat(3_000),
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  'null',
  '-1',
  '1e999',
  '9'.repeat(400),
  '[['.repeat(500),
  '"":',
  'true',
  '__proto__',
  '%00',
  '%',
  '%2e%2e%2f',
  '/',
  '//',
  '..',
  '?',
  '#',
  ';',
  '\r\n',
  '\n',
  '\t',
  ' ',
]
