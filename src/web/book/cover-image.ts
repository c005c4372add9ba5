import { basename, dirname } from 'node:path'
import { serveFile } from '../../artifacts/serve.ts'
import type { Book } from '../../catalogue/book.ts'
import { bookById } from '../../catalogue/catalogue.store.ts'
import { coverImage } from '../../catalogue/cover-file.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'
import type { Page } from '../visit.ts'
import { WIDTHS } from './cover.tsx'

/** A book's cover as a JPEG of one of our widths, or with `whole` all of its picture. Its address names the cover, so that browsers may keep it for ever. */
export function showCoverImage(home: Home): Page {
  return async (c) => {
    const width = WIDTHS.find((each) => String(each) === c.req.param('width'))
    const book = width && (await bookById(home.db.read, c.req.param('id') ?? ''))
    const shown = book && (c.req.query('whole') === undefined ? book : uncropped(book))
    const cover = shown && (await coverImage(home, shown, { width, height: width * 2 }, false))
    if (!cover) throw new Problem('not_found', 'There is no such cover.')
    const hash = `${basename(dirname(cover.path))}-${basename(cover.path)}`
    return serveFile(c.req.raw, { path: cover.path, size: cover.size, hash, type: 'image/jpeg' })
  }
}

function uncropped({ cover, ...book }: Book): Book {
  return { ...book, cover: cover && { ...cover, crop: null } }
}
