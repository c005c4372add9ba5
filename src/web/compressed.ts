import type { MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'

/** What a query may say without a page repeating it: each page knows a few words for these, and shows none that it does not know. */
const WORDS = new Set(['view', 'show', 'order', 'choose', 'filter', 'done'])

/**
 * Compresses pages that repeat nothing of what was asked, such as words that were searched for: by the length of a compressed page
 * somebody who can choose such words, and listens, could find out what else it says.
 */
export function compressed(): MiddlewareHandler {
  const shrink = compress()
  return (c, next) =>
    Object.keys(c.req.query()).every((name) => WORDS.has(name)) ? shrink(c, next) : next()
}
