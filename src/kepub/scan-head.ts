import { STYLE, WRAPPER_OPEN } from './wrapping.ts'
import { declarePrefixes, redeclares, scanAttributes, valueOf, XHTML } from './scan-attributes.ts'
import { scanAside } from './scan-aside.ts'
import { REFUSED, scanText } from './scan-text.ts'
import { copyTo, skipOver, skipSpace, write } from './scan.ts'
import type { Scan } from './scan.ts'

/**
 * Reads a document from its beginning to behind the start tag of body, and writes the style and the wrapper. False for
 * anything but the plain order of declaration, DOCTYPE, html, head and body, each with what belongs in it.
 */
export function scanHead(scan: Scan): boolean {
  if (!scanProlog(scan) || !scanTag(scan, 'html') || scan.selfClosed) return false
  if (valueOf(scan, 'xmlns') !== XHTML || declarePrefixes(scan) === undefined) return false
  if (!skipAsides(scan) || !scanTag(scan, 'head') || scan.selfClosed || redeclares(scan))
    return false
  while (!scan.text.startsWith('</', scan.at)) if (!scanHeadPart(scan)) return false
  copyTo(scan, scan.at)
  write(scan, STYLE)
  if (!skipOver(scan, '</head>') || !skipAsides(scan)) return false
  if (!scanTag(scan, 'body') || scan.selfClosed || redeclares(scan)) return false
  copyTo(scan, scan.at)
  write(scan, WRAPPER_OPEN)
  return true
}

/** Goes past white space, comments and instructions. */
export function skipAsides(scan: Scan): boolean {
  for (;;) {
    skipSpace(scan)
    const next = scan.bytes[scan.at + 1]
    if (next !== EXCLAMATION && next !== QUESTION) return true
    if (!scanAside(scan)) return false
  }
}

const EXCLAMATION = 0x21
const QUESTION = 0x3f
const DECLARATION =
  /^<\?xml version=(?:"1\.0"|'1\.0')(?: +encoding=(?:"utf-8"|'utf-8'))?(?: +standalone=["'](?:yes|no)["'])? *\?>/iu
const DOCTYPE =
  /^<!DOCTYPE[\t\n ]+html(?:[\t\n ]+PUBLIC[\t\n ]+"[-A-Za-z0-9 ()+,./:=?;!*#@$_%']+"[\t\n ]+"[^"<>[\]\0-\u001F]+")?[\t\n ]*>/u

function scanProlog(scan: Scan): boolean {
  const start = scan.text.slice(0, 1_000)
  scan.at = DECLARATION.exec(start)?.[0].length ?? 0
  if (!skipAsidesBeforeDoctype(scan)) return false
  const doctype = DOCTYPE.exec(scan.text.slice(scan.at, scan.at + 1_000))
  if (doctype !== null) scan.at += doctype[0].length
  return skipAsides(scan)
}

function skipAsidesBeforeDoctype(scan: Scan): boolean {
  for (;;) {
    skipSpace(scan)
    if (!scan.text.startsWith('<!--', scan.at) && !scan.text.startsWith('<?', scan.at)) return true
    if (!scanAside(scan)) return false
  }
}

function scanTag(scan: Scan, name: string): boolean {
  return skipOver(scan, `<${name}`) && scanAttributes(scan)
}

const HEAD_PARTS = ['title', 'meta', 'link', 'style', 'script', 'base']

function scanHeadPart(scan: Scan): boolean {
  skipSpace(scan)
  const { text, bytes } = scan
  const next = bytes[scan.at + 1]
  if (next === EXCLAMATION || next === QUESTION) return scanAside(scan)
  if (text.startsWith('</head>', scan.at)) return true
  const name = HEAD_PARTS.find((part) => text.startsWith(part, scan.at + 1))
  if (name === undefined || text[scan.at] !== '<' || !scanTag(scan, name)) return false
  if (redeclares(scan)) return false
  if (name === 'meta') return scan.selfClosed && isPlainMeta(scan)
  if (name === 'link' || name === 'base') return scan.selfClosed
  // What is written anew gets a type.
  if ((name === 'style' || name === 'script') && valueOf(scan, 'type') === undefined) return false
  if (scan.selfClosed) return true
  if (name === 'title') {
    if (!text.startsWith('<', scan.at) && scanText(scan, 'head') === REFUSED) return false
  } else if (!scanRaw(scan)) return false
  return skipOver(scan, `</${name}>`)
}

/** The text of a style or script: without what HTML takes as text and XML does not. */
function scanRaw(scan: Scan): boolean {
  const end = scan.text.indexOf('<', scan.at)
  if (end === -1 || RAW_SPECIAL.test(scan.text.slice(scan.at, end))) return false
  scan.at = end
  return true
}

const RAW_SPECIAL = /[&\0-\u0008\u000B\u000C\u000E-\u001F]|\]\]>/u

/** A meta that need not change: no other encoding, and no lock of a shop. */
function isPlainMeta(scan: Scan): boolean {
  const charset = valueOf(scan, 'charset')
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') return false
  if (valueOf(scan, 'name')?.toLowerCase().startsWith('adept') === true) return false
  if (valueOf(scan, 'http-equiv')?.toLowerCase() !== 'content-type') return true
  return /^[\w/+-]+; *charset=utf-8$/iu.test(valueOf(scan, 'content') ?? '')
}
