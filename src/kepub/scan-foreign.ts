import { scanAside } from './scan-aside.ts'
import { declarePrefixes, scanAttributes, valueOf } from './scan-attributes.ts'
import { REFUSED, scanText } from './scan-text.ts'
import { endsName, isSpace } from './scan.ts'
import type { Scan } from './scan.ts'

/**
 * Reads an svg or math element, whose start tag was just read, to behind its end tag, and leaves it as it is. False if
 * something in it belongs to HTML: HTML would end the drawing there.
 */
export function scanForeign(scan: Scan, root: 'svg' | 'math'): boolean {
  if (valueOf(scan, 'xmlns') !== NAMESPACES[root]) return false
  const added = declarePrefixes(scan)
  if (added === undefined) return false
  const known = root === 'svg' ? SVG : MATH
  const open: string[] = scan.selfClosed ? [] : [root]
  while (open.length > 0) {
    const name = open[open.length - 1] ?? ''
    if (scan.text[scan.at] !== '<') {
      if (scanText(scan, 'untouched') === REFUSED) return false
    } else if (scan.text[scan.at + 1] === '/') {
      scan.at += 2 + name.length
      if (!scan.text.startsWith(`/${name}`, scan.at - name.length - 1)) return false
      while (isSpace(scan.bytes[scan.at])) scan.at += 1
      if (scan.text[scan.at] !== '>') return false
      scan.at += 1
      open.pop()
    } else if (/[!?]/u.test(scan.text[scan.at + 1] ?? '')) {
      if (!scanAside(scan)) return false
    } else if (!scanForeignStart(scan, known, open)) return false
  }
  for (const prefix of added) scan.prefixes.delete(prefix)
  return true
}

const NAMESPACES = {
  svg: 'http://www.w3.org/2000/svg',
  math: 'http://www.w3.org/1998/Math/MathML',
}
const SVG = new Set(
  'g path rect circle ellipse line polyline polygon image text tspan defs use linearGradient radialGradient stop clipPath mask pattern symbol title desc'.split(
    ' ',
  ),
)
const MATH = new Set(
  'mrow mi mo mn ms mtext mfrac msqrt mroot msup msub msubsup munder mover munderover mtable mtr mtd mspace mstyle mpadded mphantom menclose mfenced semantics annotation'.split(
    ' ',
  ),
)
/** Elements in HTML syntax may stand in these, so only text is taken there. */
const TEXT_ONLY = new Set('title desc mi mo mn ms mtext'.split(' '))
const DEPTH_LIMIT = 100

function scanForeignStart(scan: Scan, known: Set<string>, open: string[]): boolean {
  let end = scan.at + 1
  while (end < scan.at + 20 && !endsName(scan.bytes[end])) end += 1
  const name = scan.text.slice(scan.at + 1, end)
  if (!known.has(name) || TEXT_ONLY.has(open[open.length - 1] ?? '')) return false
  scan.at = end
  if (!scanAttributes(scan) || scan.names.some((attribute) => attribute.startsWith('xmlns')))
    return false
  if (!scan.selfClosed) open.push(name)
  return open.length <= DEPTH_LIMIT
}
