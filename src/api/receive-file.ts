import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { arrivingPath } from '../catalogue/staging.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { atMost, brokeOff, tooLarge } from '../receive-limits.ts'
import { storageProblem } from '../storage-problem.ts'

/** A file as it arrived: where it lies now, and what its sender called it. */
export type ReceivedFile = { path: string; name: string }

/**
 * Writes the file that a request carries to disk as it comes: the part `file` of a multipart form, or the whole body.
 * The caller removes it. Throws `Problem('too_large')` past `limit` bytes, and `Problem('invalid')` when there is no file or
 * it breaks off, `Problem('unavailable')` when the disk is full.
 */
export async function receiveFile(
  home: Home,
  request: Request,
  wish: { limit: number; name: string },
): Promise<ReceivedFile> {
  if (Number(request.headers.get('content-length') ?? 0) > wish.limit + FORM_ROOM)
    throw tooLarge(wish.limit)
  if (!request.body) throw new Problem('invalid', 'The body of this call holds no file.')
  const path = arrivingPath(home)
  const body = Readable.fromWeb(request.body)
  const type = request.headers.get('content-type') ?? ''
  try {
    if (/^multipart\/form-data\b/i.test(type))
      return { path, name: await receivePart(body, type, path, wish) }
    await pipeline(body, atMost(wish.limit), createWriteStream(path, { mode: 0o600 }))
    return { path, name: wish.name }
  } catch (error) {
    await rm(path, { force: true })
    throw error instanceof Problem || !brokeOff(error)
      ? (storageProblem(error) ?? error)
      : new Problem('invalid', 'The upload broke off.', { cause: error })
  }
}

/** What a form adds to the bytes of its file, generously. */
const FORM_ROOM = 64 * 1024

/** Writes the part `file` to `path` and answers its name. */
async function receivePart(
  body: Readable,
  type: string,
  path: string,
  wish: { limit: number; name: string },
): Promise<string> {
  let name: string | undefined
  let writing: Promise<void> | undefined
  const form = busboy({
    headers: { 'content-type': type },
    defParamCharset: 'utf8',
    limits: { files: 1, fields: 20, parts: 30, fieldSize: FORM_ROOM, headerPairs: 50 },
  })
  form.on('file', (field, file, about) => {
    if (field !== 'file') {
      file.resume()
      return
    }
    name = basename(about.filename || wish.name)
    writing = pipeline(file, atMost(wish.limit), createWriteStream(path, { mode: 0o600 }))
    // Without this the form would go on reading a file that nobody takes any more.
    writing.catch((error: Error) => form.destroy(error))
  })
  await pipeline(body, form)
  await writing
  if (name === undefined) throw new Problem('invalid', 'The form holds no part called “file”.')
  return name
}
