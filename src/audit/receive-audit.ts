import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { DATABASE } from './kobo-names.ts'
import { DATABASE_LIMIT, tooLarge } from './private-copy.ts'
import { Problem } from '../problem.ts'
import { atMost, brokeOff } from '../receive-limits.ts'

/** What comes with a device's database, as text: a listing of its files, when it was copied, and its `.kobo/version`. */
export type AuditFields = Partial<Record<'kepub' | 'takenAt' | 'version', string>>

/** A listing of the largest folder takes less. */
const FIELD_LIMIT = 32 * 1024 * 1024

const FIELDS = ['kepub', 'takenAt', 'version'] as const

/**
 * Writes the database that a request carries into a private folder as it comes, under the name that a device gives it: the whole body,
 * or the parts `database` and `wal` of a form. What a part `shm` holds is worked out anew by SQLite and let go. Throws
 * `Problem('too_large')`, and `Problem('invalid')` when there is none or it breaks off.
 */
export async function receiveAudit(request: Request, folder: string): Promise<AuditFields> {
  if (Number(request.headers.get('content-length') ?? 0) > 2 * DATABASE_LIMIT) throw tooLarge()
  if (!request.body) throw noDatabase()
  const body = Readable.fromWeb(request.body)
  const type = request.headers.get('content-type') ?? ''
  try {
    if (/^multipart\/form-data\b/i.test(type)) return await receiveForm(body, type, folder)
    await write(body, join(folder, DATABASE))
    return {}
  } catch (error) {
    if (error instanceof Problem || !brokeOff(error)) throw error
    throw new Problem('invalid', 'The upload broke off.', { cause: error })
  }
}

async function receiveForm(body: Readable, type: string, folder: string): Promise<AuditFields> {
  const fields: AuditFields = {}
  const writing: Promise<void>[] = []
  let isThere = false
  const form = busboy({
    headers: { 'content-type': type },
    limits: { files: 6, fields: 6, parts: 12, fieldSize: FIELD_LIMIT, headerPairs: 50 },
  })
  const keep = (work: Promise<void>): void => {
    // Without this the form would go on reading a part that nobody takes any more.
    work.catch((error: Error) => form.destroy(error))
    writing.push(work)
  }
  form.on('file', (name, file) => {
    const field = FIELDS.find((each) => each === name)
    if (name === 'database') isThere = true
    if (name === 'database') keep(write(file, join(folder, DATABASE)))
    else if (name === 'wal') keep(write(file, join(folder, `${DATABASE}-wal`)))
    else if (field) keep(readField(file).then((value) => void (fields[field] = value)))
    else file.resume()
  })
  form.on('field', (name, value) => {
    const field = FIELDS.find((each) => each === name)
    if (field) fields[field] = value
  })
  await pipeline(body, form)
  await Promise.all(writing)
  if (!isThere) throw noDatabase()
  return fields
}

function write(from: Readable, path: string): Promise<void> {
  const to = createWriteStream(path, { mode: 0o600, flags: 'wx' })
  return pipeline(from, atMost(DATABASE_LIMIT, tooLarge()), to)
}

async function readField(file: Readable): Promise<string> {
  return text(file.compose(atMost(FIELD_LIMIT, tooLarge())))
}

function noDatabase(): Problem {
  return new Problem('invalid', 'The body of this call holds no database of a Kobo.')
}
