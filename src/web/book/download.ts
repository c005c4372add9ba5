import { artifactsByHashes } from '../../artifacts/artifact.store.ts'
import { artifactPath } from '../../artifacts/artifact-path.ts'
import { serveFile } from '../../artifacts/serve.ts'
import { sizeOf } from '../../catalogue/durable.ts'
import { filePath } from '../../catalogue/files.ts'
import type { Home } from '../../home.ts'
import { Problem } from '../../problem.ts'
import type { Page } from '../visit.ts'
import { bookOf } from './find.ts'

/** The file of a book as it was imported (`epub`), or as Kobos get it (`kepub`). */
export function downloadBook(home: Home): Page {
  return async (c) => {
    const book = await bookOf(home, c.req.param('id'))
    const isPrepared = c.req.param('kind') === 'kepub'
    const artifact = (await artifactsByHashes(home.db.read, [book.artifact ?? ''])).get(
      book.artifact ?? '',
    )
    if (isPrepared && artifact?.format !== 'KEPUB')
      throw new Problem('not_found', 'There is no KEPUB of this book yet.')
    const isKepub = isPrepared || book.format === 'kepub'
    const file =
      isPrepared && artifact
        ? { ...artifact, path: artifactPath(home.config.artifacts, artifact.hash) }
        : { ...book.file, path: filePath(home, book) }
    if ((await sizeOf(file.path)) !== file.size)
      throw new Problem('unavailable', 'The file of this book is not where the library keeps it.')
    return serveFile(
      c.req.raw,
      {
        path: file.path,
        size: file.size,
        hash: file.hash,
        type: 'application/epub+zip',
        name: { title: book.title, extension: isKepub ? '.kepub.epub' : '.epub' },
      },
      { outgoing: c.env.outgoing },
    )
  }
}
