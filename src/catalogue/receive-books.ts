import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { receiveForm } from '../receive-form.ts'
import { atMost } from '../receive-limits.ts'
import { arrivingPath } from './staging.ts'
import { FILE_LIMIT } from './copy-drop.ts'

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
  const arrived: Arrived[] = []
  try {
    await receiveForm(request, LIMITS, {
      file({ field, name, file }) {
        // A form without a chosen file sends one without a name.
        if (field !== 'file' || name === '') return undefined
        const path = arrivingPath(home)
        arrived.push({ path, name: basename(name) })
        return pipeline(file, atMost(FILE_LIMIT), createWriteStream(path, { mode: 0o600 }))
      },
      tooMany: new Problem('too_large', `At most ${MOST_FILES} files are added at once.`),
    })
    return arrived
  } catch (error) {
    for (const { path } of arrived) await rm(path, { force: true })
    throw error
  }
}

const LIMITS = { files: MOST_FILES, fields: 20, fieldSize: 64 * 1024 }
