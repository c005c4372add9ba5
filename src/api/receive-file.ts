import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { arrivingPath } from '../catalogue/staging.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { isForm, receiveForm, uploadProblem } from '../receive-form.ts'
import { atMost, tooLarge } from '../receive-limits.ts'

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
  try {
    if (isForm(request)) return { path, name: await receivePart(request, path, wish) }
    await write(Readable.fromWeb(request.body), path, wish.limit)
    return { path, name: wish.name }
  } catch (error) {
    await rm(path, { force: true })
    throw uploadProblem(error)
  }
}

/** What a form adds to the bytes of its file, generously. */
const FORM_ROOM = 64 * 1024

/** Writes the part `file` to `path` and answers its name. */
async function receivePart(
  request: Request,
  path: string,
  wish: { limit: number; name: string },
): Promise<string> {
  let called: string | undefined
  await receiveForm(
    request,
    { files: 1, fields: 20, fieldSize: FORM_ROOM },
    {
      file({ field, name, file }) {
        if (field !== 'file') return undefined
        called = basename(name || wish.name)
        return write(file, path, wish.limit)
      },
    },
  )
  if (called === undefined) throw new Problem('invalid', 'The form holds no part called “file”.')
  return called
}

async function write(from: Readable, path: string, limit: number): Promise<void> {
  await pipeline(from, atMost(limit), createWriteStream(path, { mode: 0o600 }))
}
