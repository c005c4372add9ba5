import { Problem } from './problem.ts'

/**
 * The Problem that a full, read-only or failing disk is, as Node or SQLite tells of it: whatever was tried may be tried again
 * when somebody has seen to the disk. Undefined for every other error.
 */
export function storageProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return undefined
  const sentence = SENTENCES.find(([codes]) => codes.test(String(error.code)))?.[1]
  return sentence === undefined ? undefined : new Problem('unavailable', sentence, { cause: error })
}

const SENTENCES: readonly [RegExp, string][] = [
  // SQLite's shared memory is a file that cannot grow.
  [/^(?:ENOSPC|EDQUOT|SQLITE_FULL|SQLITE_IOERR_SHMSIZE)$/, 'There is no space left on the disk.'],
  [/^(?:EROFS|SQLITE_READONLY\w*)$/, 'A folder of the library is read-only.'],
  // What somebody dropped and what nobody may read is told apart where it is opened.
  [/^(?:EACCES|EPERM)$/, 'A folder of the library may not be written by Holdfast.'],
  [/^(?:EIO|SQLITE_IOERR\w*|SQLITE_CANTOPEN\w*)$/, 'The disk cannot be read or written.'],
]
