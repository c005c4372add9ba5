import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/**
 * Opens a file to be read that somebody else may have put something else in the place of since it was looked at: a pipe is not waited for,
 * and a link is followed only when that is `linked` on purpose. Throws what the system says, `ELOOP` for such a link.
 */
export function openFile(path: string, linked: boolean): Promise<FileHandle> {
  const { O_RDONLY, O_NONBLOCK, O_NOFOLLOW } = constants
  return open(path, O_RDONLY | O_NONBLOCK | (linked ? 0 : O_NOFOLLOW))
}
