import { basename, dirname } from 'node:path'
import type { Context } from 'hono'
import { serveFile } from '../artifacts/serve.ts'
import { bookById } from '../catalogue/catalogue.store.ts'
import { coverImage } from '../catalogue/cover-file.ts'
import { devicesOfPairing } from '../devices/device.store.ts'
import { readCoverKey } from '../devices/media-key.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { noteFact } from '../sync/facts.ts'

/**
 * Answers `covers/:coverKey/:imageId/:width/:height/…/:grey/image.jpg`, both templates (docs/protocol/downloads-and-covers.md): a JPEG that fits
 * into the box, grey where the device says so. The address names a pairing, not a device: on a pairing with one Kobo the request is noted as
 * its own. Throws `Problem`: `unauthorized` for a key that is not ours, `not_found` for a book or a size that we do not know.
 */
export function coverHandler(home: Home): (c: Context) => Promise<Response> {
  return async (c) => {
    const pairing = readCoverKey(home.key, c.req.param('coverKey') ?? '')
    const devices = pairing === undefined ? [] : await devicesOfPairing(home.db.read, pairing)
    if (devices.every((device) => device.revokedAt !== null))
      throw new Problem('unauthorized', 'This address is not valid any more.')

    const id = bookOfImage(c.req.param('imageId') ?? '')
    const box = { width: side(c.req.param('width')), height: side(c.req.param('height')) }
    const book = id && box.width && box.height ? await bookById(home.db.read, id) : undefined
    if (!book) throw new Problem('not_found', 'There is no such cover.')
    // A Kobo with a colour screen says false; some say the placeholder's own name.
    const grey = c.req.param('grey')?.toLowerCase() === 'true'
    const cover = await coverImage(home, book, box, grey)
    if (!cover) throw new Problem('not_found', 'There is no such cover.')

    const [only] = devices
    if (only && devices.length === 1 && c.req.method === 'GET')
      noteFact(home, only, book.id, { kind: 'cover-asked' })
    const hash = `${basename(dirname(cover.path))}-${basename(cover.path)}`
    return serveFile(c.req.raw, { path: cover.path, size: cover.size, hash, type: 'image/jpeg' })
  }
}

/** The book of an image id, which is the book's id and, after a dash, which of its covers: a Kobo keeps a cover for ever. */
function bookOfImage(imageId: string): string | undefined {
  return /^([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})(?:-\w{1,64})?$/i
    .exec(imageId)?.[1]
    ?.toLowerCase()
}

function side(text: string | undefined): number {
  return /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0
}
