import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { Problem } from './problem.ts'
import { brokeOff } from './receive-limits.ts'
import { storageProblem } from './storage-problem.ts'

/** A file of a form: the name of its field, what its sender called it (empty when nothing was chosen), and its bytes as they come. */
export type FormFile = { field: string; name: string; file: Readable }

/** What becomes of a form while it is read. */
export type Hearing = {
  /** Takes a file, and resolves when it has it; undefined lets it go. Fails the whole form when it fails. */
  file(part: FormFile): Promise<unknown> | undefined
  field?(name: string, value: string): void
  /** What is said when there are more files than `files`; without it those are let go. */
  tooMany?: Problem
}

/** The most that a form may hold: files, fields, and bytes of a field. */
export type FormLimits = { files: number; fields: number; fieldSize: number }

/** Whether a request carries a multipart form. */
export function isForm(request: Request): boolean {
  return /^multipart\/form-data\b/i.test(request.headers.get('content-type') ?? '')
}

/**
 * Reads a multipart form as it comes, and resolves when everything in it was taken. Throws `Problem('invalid')` for what is no form or breaks
 * off, `Problem('unavailable')` when the disk is full, and what `hearing` throws.
 */
export async function receiveForm(
  request: Request,
  { files, fields, fieldSize }: FormLimits,
  hearing: Hearing,
): Promise<void> {
  if (!request.body || !isForm(request))
    throw new Problem('invalid', 'This form could not be read.')
  const taking: Promise<unknown>[] = []
  try {
    const form = busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      defParamCharset: 'utf8',
      limits: { files, fields, parts: files + fields, fieldSize, headerPairs: 50 },
    })
    form.on('file', (field, file, about) => {
      const taken = hearing.file({ field, name: about.filename ?? '', file })
      if (!taken) {
        file.resume()
        return
      }
      // Without this the form would go on reading a file that nobody takes any more.
      taken.catch((error: Error) => form.destroy(error))
      taking.push(taken)
    })
    form.on('field', (name, value) => hearing.field?.(name, value))
    form.on('filesLimit', () => {
      if (hearing.tooMany) form.destroy(hearing.tooMany)
    })
    await pipeline(Readable.fromWeb(request.body), form)
    await Promise.all(taking)
  } catch (error) {
    await Promise.allSettled(taking)
    throw uploadProblem(error)
  }
}

/** What is told of an upload that failed: a problem of its own, that it broke off, or of the disk; anything else as it is. */
export function uploadProblem(error: unknown): unknown {
  if (error instanceof Problem) return error
  if (brokeOff(error)) return new Problem('invalid', 'The upload broke off.', { cause: error })
  return storageProblem(error) ?? error
}
