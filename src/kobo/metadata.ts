import { artifactOf } from '../artifacts/artifact.store.ts'
import type { Artifact } from '../artifacts/artifact.ts'
import type { Book } from '../catalogue/book.ts'
import type { Device } from '../devices/device.ts'
import { mediaKey } from '../devices/media-key.ts'
import type { Home } from '../home.ts'
import { noteFact } from '../sync/facts.ts'
import { holdingOf } from '../sync/holding.store.ts'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'
import { downloadUrl } from './urls.ts'
import { encodeBookMetadata } from './wire/book-metadata.ts'

/**
 * `GET /v1/library/{id}/metadata`, asked right before a download: an array of exactly one (an object would make the Kobo give
 * up in silence). It names the artifact that this device was announced, not a newer one (docs/protocol/downloads-and-covers.md).
 * For a book that is not ours the array is empty: an error from this host can cancel a whole sync.
 */
export function metadata(home: Home): KoboHandler {
  return async (c) => {
    const { device, answered, base } = c.var
    const book = await findBook(home.db.read, c.req.param('id') ?? '')
    const file = answered && book && (await fileFor(home, answered, book))
    if (!answered || !book || !file) return answer([])
    if (device) noteFact(home, device, book.id, { kind: 'metadata-asked' })
    const key = mediaKey(home.key, answered.id, answered.mediaNumber)
    const url = downloadUrl(base, key, book.id, file.artifact.hash)
    return answer([encodeBookMetadata(book, file.fileRev, { artifact: file.artifact, url })])
  }
}

async function fileFor(
  home: Home,
  device: Device,
  book: Book,
): Promise<{ artifact: Artifact; fileRev: number } | undefined> {
  const db = home.db.read
  const announced = await holdingOf(db, device.id, book.id)
  const hash = announced.artifact ?? book.artifact
  const artifact = hash === null ? undefined : await artifactOf(db, book.id, hash)
  return artifact && { artifact, fileRev: announced.fileRev ?? artifact.fileRev }
}
