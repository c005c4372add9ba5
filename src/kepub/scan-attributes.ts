import { isSpace } from './scan.ts'
import type { Scan } from './scan.ts'
import { decodeReferences } from './xml-text.ts'

/**
 * Reads the attributes of a start tag and its end; `scan.at` is behind the name of the element, and afterwards behind
 * the tag. False for whatever XML and HTML could read differently, or the result could not keep as it is: a value
 * without quotes, a doubled name, an undeclared prefix, `<`, a bare `&`, a name of HTML for a character.
 */
export function scanAttributes(scan: Scan): boolean {
  const { bytes, text, names, values } = scan
  names.length = 0
  values.length = 0
  scan.selfClosed = false
  let at = scan.at
  for (;;) {
    const spaced = isSpace(bytes[at])
    while (isSpace(bytes[at])) at += 1
    const byte = bytes[at]
    if (byte === GREATER) break
    if (byte === SLASH) {
      if (bytes[at + 1] !== GREATER) return false
      scan.selfClosed = true
      at += 1
      break
    }
    if (!spaced) return false
    const nameFrom = at
    while (NAME[bytes[at] ?? 0] === 1) at += 1
    const name = text.slice(nameFrom, at)
    while (isSpace(bytes[at])) at += 1
    if (name === '' || bytes[at] !== EQUALS) return false
    at += 1
    while (isSpace(bytes[at])) at += 1
    const quote = bytes[at]
    if (quote !== DOUBLE && quote !== SINGLE) return false
    at += 1
    const valueFrom = at
    let seen = 0
    while (bytes[at] !== quote) {
      seen |= VALUE[bytes[at] ?? 0] ?? 0
      if (seen >= REFUSED) return false
      at += 1
    }
    const value = text.slice(valueFrom, at)
    if (seen === REFERENCE && !hasXmlReferences(value)) return false
    if (!isName(name) || isDoubled(names, name) || names.length > 100) return false
    names.push(name)
    values.push(value)
    at += 1
  }
  scan.at = at + 1
  return names.every((name) => isBound(scan, name))
}

/** The value of an attribute of the tag read last, as it is written. */
export function valueOf(scan: Scan, name: string): string | undefined {
  const index = scan.names.indexOf(name)
  return index === -1 ? undefined : scan.values[index]
}

/** Takes in the prefixes that the tag read last declares, and tells which are new. Undefined if XML forbids one. */
export function declarePrefixes(scan: Scan): string[] | undefined {
  const added: string[] = []
  for (const [index, name] of scan.names.entries()) {
    if (!name.startsWith('xmlns:')) continue
    const prefix = name.slice('xmlns:'.length)
    if (prefix.startsWith('xml') || scan.values[index] === '') return undefined
    if (scan.values[index]?.startsWith('http://www.w3.org/XML/') === true) return undefined
    if (scan.values[index]?.startsWith('http://www.w3.org/2000/xmlns') === true) return undefined
    if (scan.prefixes.has(prefix)) continue
    scan.prefixes.add(prefix)
    added.push(prefix)
  }
  return added
}

export const XHTML = 'http://www.w3.org/1999/xhtml'

/** Whether the tag read last declares a namespace where only XHTML is expected. */
export function redeclares(scan: Scan): boolean {
  return scan.names.some(
    (name, index) => name.startsWith('xmlns') && (name !== 'xmlns' || scan.values[index] !== XHTML),
  )
}

const GREATER = 0x3e
const SLASH = 0x2f
const EQUALS = 0x3d
const DOUBLE = 0x22
const SINGLE = 0x27

/** Bytes of attribute names, and what bytes of values need care: 1 for `&`, REFUSED for `<`, controls and the end. */
const NAME = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[-.:\w]/u.test(String.fromCharCode(byte)) ? 1 : 0,
)
const REFERENCE = 1
const REFUSED = 2
const VALUE = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x26) return REFERENCE
  const control = byte < 0x20 && byte !== 0x09 && byte !== 0x0a
  return control || byte === 0x3c ? REFUSED : 0
})

function isName(name: string): boolean {
  const first = name.charCodeAt(0)
  return first > 0x40 && (!name.includes(':') || /^[A-Za-z_][^:]*:[A-Za-z_][^:]*$/u.test(name))
}

function isDoubled(names: string[], name: string): boolean {
  if (names.length === 0) return false
  const lower = name.toLowerCase()
  return names.some((other) => other.toLowerCase() === lower)
}

/** Declarations themselves are judged where they may stand. */
function isBound(scan: Scan, name: string): boolean {
  const colon = name.indexOf(':')
  if (colon === -1) return true
  const prefix = name.slice(0, colon)
  return prefix === 'xmlns' || scan.prefixes.has(prefix) || scan.names.includes(`xmlns:${prefix}`)
}

/** Whether XML knows every reference of a value, and reads it as HTML does. */
function hasXmlReferences(value: string): boolean {
  for (const [reference] of value.matchAll(/&[^;&]{0,10};?/gu)) {
    if (/^&(?:amp|lt|gt|quot|apos);$/u.test(reference)) continue
    const number = /^&#(?:(\d{1,7})|x([\da-fA-F]{1,6}));$/u.exec(reference)
    if (number === null) return false
    const code = number[1] === undefined ? parseInt(number[2] ?? '', 16) : Number(number[1])
    // HTML reads these as windows-1252, XML as control characters.
    if (code >= 0x80 && code < 0xa0) return false
    if (decodeReferences(reference) === undefined) return false
  }
  return true
}
