import { pageFile } from './files.ts'
import type { Page } from './visit.ts'

/** The browser of a Kobo itself: old, slow, in greys, and without much of what our sheet needs. */
const KOBO = /\bKobo Touch\b/

/**
 * Gives out a sheet or a font. One that was asked for by its version is kept for a year. A Kobo's own browser gets the sheet for
 * electronic paper in the place of the usual one, which it could not read.
 */
export function giveFile(): Page {
  return (c) => {
    const asked = c.req.param('file') ?? ''
    const isPaper = asked === 'style.css' && KOBO.test(c.req.header('user-agent') ?? '')
    const file = pageFile(isPaper ? 'eink.css' : asked)
    if (!file) return c.notFound()
    // The version is that of the usual sheet: the one for paper changes without it.
    const isKept = !isPaper && c.req.query('v') === file.version
    c.header('cache-control', isKept ? 'public, max-age=31536000, immutable' : 'no-cache')
    c.header('vary', 'user-agent, accept-encoding')
    return c.body(file.body, 200, { 'content-type': file.type })
  }
}
