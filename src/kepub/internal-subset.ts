import { ENTITY_NESTING_LIMIT, EXPANSION_LIMIT } from './limits.ts'
import { NotConvertible } from './not-convertible.ts'

/** A document without the internal subset of its DOCTYPE, and how to expand the entities which that declared. */
export interface Expandable {
  text: string
  expand: (text: string) => string
}

/**
 * Takes the internal subset out of a document: no device reads it, and HTML would show its end as text. Entities with
 * a plain value are known afterwards; external ones and parameter entities are not, and stay as they are written.
 * Expanding throws NotConvertible when it adds more than EXPANSION_LIMIT, or entities name one another without end.
 */
export function takeInternalSubset(text: string): Expandable {
  const doctype = DOCTYPE_WITH_SUBSET.exec(text)
  if (doctype === null || /<[a-z]/iu.test(text.slice(0, doctype.index)))
    return { text, expand: (part) => part }
  const open = doctype.index + doctype[0].length
  const close = subsetEnd(text, open)
  if (close === undefined) return { text, expand: (part) => part }
  const values = declaredEntities(text.slice(open, close))
  const rest = text.slice(close + 1).replace(/^\s*>/u, '>')
  const budget = { left: EXPANSION_LIMIT }
  return {
    text: text.slice(0, open - 1) + rest,
    expand: (part) =>
      values.size === 0 || !part.includes('&') ? part : expandIn(part, values, 0, budget),
  }
}

const DOCTYPE_WITH_SUBSET = /<!DOCTYPE\s[^<>[\]]*\[/iu
const DECLARATION = /<!--|<!ENTITY\s+([\w.:-]{1,100})\s+(?:"([^"]*)"|'([^']*)')\s*>/gu
const REFERENCE = /&([\w.:-]{1,100});/gu

/** The offset of the `]` that ends the subset: not one in a comment or in quotes. */
function subsetEnd(text: string, from: number): number | undefined {
  let at = from
  while (at < text.length) {
    const character = text[at]
    if (character === ']') return at
    let close = at
    if (text.startsWith('<!--', at)) close = text.indexOf('-->', at + 4)
    else if (character === '"' || character === "'") close = text.indexOf(character, at + 1)
    if (close === -1) return undefined
    at = close + 1
  }
  return undefined
}

/** The first declaration of a name counts. */
function declaredEntities(subset: string): Map<string, string> {
  const values = new Map<string, string>()
  let commentEnd = 0
  for (const { index, 0: whole, 1: name, 2: double, 3: single } of subset.matchAll(DECLARATION)) {
    if (index < commentEnd) continue
    if (whole === '<!--') {
      const close = subset.indexOf('-->', index)
      commentEnd = close === -1 ? subset.length : close
    } else if (name !== undefined && !BUILT_IN.has(name) && !values.has(name))
      values.set(name, double ?? single ?? '')
  }
  return values
}

const BUILT_IN = new Set(['amp', 'lt', 'gt', 'quot', 'apos'])

function expandIn(
  text: string,
  values: Map<string, string>,
  depth: number,
  budget: { left: number },
): string {
  if (depth > ENTITY_NESTING_LIMIT)
    throw new NotConvertible('A document declares entities that name one another without end.')
  return text.replace(REFERENCE, (reference, name: string) => {
    const value = values.get(name)
    if (value === undefined) return reference
    const expanded = expandIn(value, values, depth + 1, budget)
    // A reference to nothing costs as well: many of them, nested, take for ever.
    budget.left -= expanded.length + 1
    if (budget.left < 0)
      throw new NotConvertible('The declared entities of a document make it far too large.')
    return expanded
  })
}
