import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { atMost, brokeOff } from '../receive-limits.ts'
import { storageProblem } from '../storage-problem.ts'
import { arrivingPath, FILE_LIMIT } from './staging.ts'

/** A file that arrived: where it lies now, and what its sender called it. */
export type Arrived = { path: string; name: string }

/** The most files of one form. */
export const MOST_FILES = 1000

/**
 * Writes the files of a multipart form to disk as they come: its parts `file` that are not empty. The caller removes them; where this
 * throws, none is left. Throws `Problem('too_large')` for a file or a form that is too large, `Problem('invalid')` when it breaks off,
 * `Problem('unavailable')` when the disk is full.
 */
export async function receiveBooks(home: Home, request: Request): Promise<Arrived[]> {
  const type = request.headers.get('content-type') ?? ''
  if (!request.body || !/^multipart\/form-data\b/i.test(type))
    throw new Problem('invalid', 'This form could not be read.')
  const arrived: Arrived[] = []
  const writing: Promise<void>[] = []
  const form = busboy({
    headers: { 'content-type': type },
    defParamCharset: 'utf8',
    limits: { files: MOST_FILES, fields: 20, parts: MOST_FILES + 30, fieldSize: 64 * 1024 },
  })
  form.on('filesLimit', () => {
    form.destroy(new Problem('too_large', `At most ${MOST_FILES} files are added at once.`))
  })
  form.on('file', (field, file, about) => {
    // A form without a chosen file sends one without a name.
    if (field !== 'file' || !about.filename) {
      file.resume()
      return
    }
    const path = arrivingPath(home)
    arrived.push({ path, name: basename(about.filename) })
    const written = pipeline(file, atMost(FILE_LIMIT), createWriteStream(path, { mode: 0o600 }))
    // Without this the form would go on reading a file that nobody takes any more.
    written.catch((error: Error) => form.destroy(error))
    writing.push(written)
  })
  try {
    await pipeline(Readable.fromWeb(request.body), form)
    await Promise.all(writing)
    return arrived
  } catch (error) {
    await Promise.allSettled(writing)
    for (const { path } of arrived) await rm(path, { force: true })
    throw error instanceof Problem || !brokeOff(error)
      ? (storageProblem(error) ?? error)
      : new Problem('invalid', 'The upload broke off.', { cause: error })
  }
}
