/**
 * HTML of at most about `limit` characters: cut between characters, never inside a tag or an entity, and what was open at
 * the cut is closed again. Shorter text comes back as it is.
 */
export function cutHtml(html: string, limit: number): string {
  if (html.length <= limit) return html
  const whole = cutText(html, limit)
  const tag = whole.lastIndexOf('<')
  const cut = (tag > whole.lastIndexOf('>') ? whole.slice(0, tag) : whole).replace(
    /&[#\w]{0,40}$/,
    '',
  )
  return cut + closings(cut)
}

/** Text of at most `limit` characters, never ending within a character. */
export function cutText(text: string, limit: number): string {
  return text.length <= limit ? text : text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '')
}

const VOID = new Set(['area', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'wbr'])

/** The end tags of what is still open at the end of `html`. */
function closings(html: string): string {
  const open: string[] = []
  for (const [, slash, name = '', rest = ''] of html.matchAll(
    /<(\/?)([a-z][a-z0-9]*)([^<>]*)>/gi,
  )) {
    const tag = name.toLowerCase()
    if (VOID.has(tag) || rest.endsWith('/')) continue
    if (slash !== '/') open.push(tag)
    else if (open.lastIndexOf(tag) !== -1) open.length = open.lastIndexOf(tag)
  }
  return open
    .reverse()
    .map((tag) => `</${tag}>`)
    .join('')
}
