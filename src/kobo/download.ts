import { stat } from 'node:fs/promises'
import { ServerResponse } from 'node:http'
import type { Context } from 'hono'
import { artifactPath } from '../artifacts/artifact-path.ts'
import { artifactOf } from '../artifacts/artifact.store.ts'
import type { Artifact } from '../artifacts/artifact.ts'
import { wantedBytes } from '../artifacts/byte-range.ts'
import { serveFile } from '../artifacts/serve.ts'
import { bookById } from '../catalogue/catalogue.store.ts'
import { hasCode } from '../catalogue/durable.ts'
import { deviceById } from '../devices/device.store.ts'
import type { Device } from '../devices/device.ts'
import { readMediaKey } from '../devices/media-key.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { noteFact, recordFact } from '../sync/facts.ts'

/**
 * Answers `files/:mediaKey/:book/:artifact`: the very bytes that were announced, to the device that they were announced to
 * (docs/protocol/downloads-and-covers.md). A download that begins is recorded before its first byte; that it was completed, when the
 * last byte is out; and that it broke off, when it did. Throws `Problem`: `unauthorized` for a key that is not ours or a revoked device, `not_found` for an artifact that
 * does not exist or belongs to another book, `unavailable` when its file cannot be found.
 */
export function downloadHandler(home: Home): (c: Context) => Promise<Response> {
  return async (c) => {
    const { device, number } = await deviceOfKey(home, c.req.param('mediaKey') ?? '')
    const hash = c.req.param('artifact') ?? ''
    const artifact = await artifactOf(home.db.read, c.req.param('book') ?? '', hash)
    const book = artifact && (await bookById(home.db.read, artifact.book))
    if (!artifact || !book) throw new Problem('not_found', 'There is no such file.')
    const path = artifactPath(home.config.artifacts, hash)
    await checkFile(home, path, artifact)

    const tell = (kind: 'download-begun' | 'download-completed') =>
      recordFact(home, device, book.id, { kind, number })
    const outgoing: unknown = c.env?.outgoing
    const response = serveFile(
      c.req.raw,
      {
        path,
        size: artifact.size,
        hash,
        type: 'application/epub+zip',
        name: {
          title: book.title,
          extension: artifact.format === 'KEPUB' ? '.kepub.epub' : '.epub',
        },
      },
      {
        completed() {
          tell('download-completed').catch((error: unknown) =>
            home.log.error({ err: error, book: book.id }, 'A completed download was not recorded.'),
          )
        },
        aborted(cut) {
          if (cut) noteFact(home, device, book.id, { kind: 'download-cut', number })
        },
        outgoing: outgoing instanceof ServerResponse ? outgoing : undefined,
      },
    )
    // nginx would take the whole file by itself otherwise, and a download that a reader broke off would look complete.
    response.headers.set('x-accel-buffering', 'no')
    if (response.body !== null && begins(c.req.header('range'), response, artifact))
      await tell('download-begun')
    return response
  }
}

async function deviceOfKey(
  home: Home,
  mediaKey: string,
): Promise<{ device: Device; number: number }> {
  const named = readMediaKey(home.key, mediaKey)
  const device = named && (await deviceById(home.db.read, named.device))
  if (!device || device.revokedAt !== null)
    throw new Problem('unauthorized', 'This address is not valid any more.')
  return { device, number: named.number }
}

/** A file that lost bytes, or is gone, must not begin a download that cannot end. */
async function checkFile(home: Home, path: string, artifact: Artifact): Promise<void> {
  try {
    if ((await stat(path)).size === artifact.size) return
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  }
  home.log.error({ artifact: artifact.hash }, 'The file of a finished artifact is missing or cut.')
  throw new Problem('unavailable', 'The file of this book cannot be read at the moment.')
}

/**
 * Whether this answer gives the beginning of the file. Only that is a download begun: the rest of an interrupted one proves nothing
 * that its beginning did not, and must not use up a consent that was given since.
 */
function begins(range: string | undefined, response: Response, artifact: Artifact): boolean {
  if (response.status !== 206) return true
  const wanted = wantedBytes(range, artifact.size)
  return wanted.part !== 'range' || wanted.start === 0
}
