import { parse, type DefaultTreeAdapterTypes as Tree } from 'parse5'

export type Element = Tree.Element

/** Every element of a page, in the order of the document. */
export function elementsOf(html: string): Element[] {
  const found: Element[] = []
  const walk = (node: Tree.Node): void => {
    if ('tagName' in node) found.push(node)
    if ('childNodes' in node) for (const child of node.childNodes) walk(child)
  }
  walk(parse(html))
  return found
}

/** The elements below this one, itself not among them. */
export function below(element: Element): Element[] {
  return element.childNodes.flatMap((node) => ('tagName' in node ? [node, ...below(node)] : []))
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value
}

/** The words of an element, with single spaces. */
export function wordsOf(element: Element): string {
  const words = (node: Tree.Node): string => {
    if (node.nodeName === '#text' && 'value' in node) return node.value
    return 'childNodes' in node ? node.childNodes.map(words).join(' ') : ''
  }
  return words(element).replace(/\s+/g, ' ').trim()
}

/** What is wrong with a page for somebody who hears it, or uses it without a pointer. */
export function faultsOf(html: string): string[] {
  const all = elementsOf(html)
  const named = (name: string) =>
    all.filter(({ tagName, namespaceURI }) => tagName === name && !namespaceURI.endsWith('/svg'))
  const faults: string[] = []
  if (!/^<!doctype html>/i.test(html)) faults.push('no doctype')
  const root = named('html')[0]
  if (!root || attribute(root, 'lang') === undefined) faults.push('no language')
  for (const name of ['h1', 'main', 'title'])
    if (named(name).length !== 1) faults.push(`${named(name).length} ${name}`)
  const ids = all.flatMap((element) => attribute(element, 'id') ?? [])
  if (new Set(ids).size < ids.length) faults.push('an id twice')
  const labelled = new Set(named('label').map((label) => attribute(label, 'for')))
  for (const field of [...named('input'), ...named('select'), ...named('textarea')])
    if (attribute(field, 'type') !== 'hidden' && !labelled.has(attribute(field, 'id') ?? ''))
      faults.push(`no label for ${attribute(field, 'name')}`)
  for (const button of [...named('button'), ...named('a')])
    if (wordsOf(button) === '') faults.push(`a ${button.tagName} without words`)
  for (const element of all) {
    if (element.tagName === 'style') faults.push('style')
    // Only a file of ours may be one: the policy of no page lets run what stands in it.
    if (element.tagName === 'script' && !/^\.\.?\//.test(attribute(element, 'src') ?? ''))
      faults.push('script')
    if (element.tagName === 'script' && element.childNodes.length > 0) faults.push('script')
    for (const { name, value } of element.attrs)
      if (/^(?:on|style$)/.test(name) || /^(?:\w+:|\/)/.test(name === 'href' ? value : ''))
        faults.push(`${name}="${value}"`)
    for (const by of ['aria-labelledby', 'aria-describedby'])
      if (!(attribute(element, by) ?? '').split(' ').every((id) => id === '' || ids.includes(id)))
        faults.push(`${by} of nothing`)
  }
  return faults
}
