import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { DATABASE } from './kobo-names.ts'
import { DATABASE_LIMIT, tooLarge } from './private-copy.ts'
import { Problem } from '../problem.ts'
import { isForm, receiveForm, uploadProblem } from '../receive-form.ts'
import { atMost } from '../receive-limits.ts'

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
  if (isForm(request)) return await readForm(request, folder)
  try {
    await write(Readable.fromWeb(request.body), join(folder, DATABASE))
    return {}
  } catch (error) {
    throw uploadProblem(error)
  }
}

async function readForm(request: Request, folder: string): Promise<AuditFields> {
  const fields: AuditFields = {}
  let isThere = false
  const fieldOf = (name: string) => FIELDS.find((each) => each === name)
  await receiveForm(
    request,
    { files: 6, fields: 6, fieldSize: FIELD_LIMIT },
    {
      file({ field: name, file }) {
        if (name === 'database') isThere = true
        if (name === 'database') return write(file, join(folder, DATABASE))
        if (name === 'wal') return write(file, join(folder, `${DATABASE}-wal`))
        const field = fieldOf(name)
        return field && readField(file).then((value) => void (fields[field] = value))
      },
      field(name, value) {
        const field = fieldOf(name)
        if (field) fields[field] = value
      },
    },
  )
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
