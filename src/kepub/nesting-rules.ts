import { NUMBERED_BLOCKS, UNTOUCHED } from './numbering.ts'

/** What matters of an element for reading a document as it is written. */
export interface Kind {
  readonly name: string
  /** It has no content. */
  readonly void: boolean
  /** Its start closes an open `p`. */
  readonly closesP: boolean
  /** It begins a paragraph for the numbering. */
  readonly numbered: boolean
  readonly untouched: boolean
  /** Directly in it, HTML moves text and all but certain elements elsewhere. */
  readonly strict: boolean
  /** The elements that it must stand in directly, if it is such a part. */
  readonly parents: ReadonlySet<string> | undefined
  /** Its start closes an open element of these names, up to one of `stops`. */
  readonly closes: ReadonlySet<string> | undefined
}

const HEADINGS = set('h1 h2 h3 h4 h5 h6')
const STOPS = set('ul ol dl menu td th table blockquote section article')

/**
 * The elements in body that the scanner knows. Whatever is not listed here is left to the HTML parser: forms, objects,
 * frames, sound and film, raw text, and names of no standard. svg and math are read by rules of their own.
 */
export const KINDS: ReadonlyMap<string, Kind> = makeKinds()

/** Whether HTML would put the start of `kind`, met inside the `open` elements, just there. */
export function mayOpen(kind: Kind, open: readonly Kind[]): boolean {
  const parent = open[open.length - 1]
  if (parent === undefined) return false
  if (kind.parents !== undefined) return kind.parents.has(parent.name)
  if (parent.strict) return false
  if (kind.closes === undefined) return true
  for (let index = open.length - 1; index >= 0; index -= 1) {
    const name = open[index]?.name ?? ''
    if (kind.closes.has(name)) return false
    if (kind.name !== 'a' && STOPS.has(name)) return true
    if (HEADINGS.has(kind.name)) return true
  }
  return true
}

function makeKinds(): Map<string, Kind> {
  const voids = set('br hr img wbr area')
  const closers = set(
    'address article aside blockquote center details dir div dl fieldset figcaption figure footer header hgroup main menu nav ol p section summary ul h1 h2 h3 h4 h5 h6 pre li dd dt table hr',
  )
  const plain =
    'a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label map mark q ruby s samp small span strike strong sub sup time tt u var'
  const parts = new Map([
    ['caption', set('table')],
    ['colgroup', set('table')],
    ['col', set('colgroup')],
    ['thead', set('table')],
    ['tbody', set('table')],
    ['tfoot', set('table')],
    ['tr', set('table thead tbody tfoot')],
    ['td', set('tr')],
    ['th', set('tr')],
    ['rb', set('ruby')],
    ['rt', set('ruby')],
    ['rp', set('ruby')],
  ])
  const strict = set('table colgroup thead tbody tfoot tr')
  const closes = (name: string): ReadonlySet<string> | undefined => {
    if (name === 'a' || name === 'li') return set(name)
    if (name === 'dd' || name === 'dt') return set('dd dt')
    return HEADINGS.has(name) ? HEADINGS : undefined
  }
  const names = [...closers, ...voids, ...plain.split(' '), ...parts.keys(), 'svg', 'math', 'body']
  return new Map(
    names.map((name) => [
      name,
      {
        name,
        void: voids.has(name) || name === 'col',
        closesP: closers.has(name),
        numbered: NUMBERED_BLOCKS.has(name),
        untouched: UNTOUCHED.has(name),
        strict: strict.has(name),
        parents: parts.get(name) ?? (name === 'body' ? new Set() : undefined),
        closes: closes(name),
      },
    ]),
  )
}

function set(names: string): ReadonlySet<string> {
  return new Set(names.split(' '))
}
