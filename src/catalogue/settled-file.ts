import { lstat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { hasCode } from './durable.ts'

/**
 * Waits until the file at `path` has stayed as it is for `settle` ms, and answers its identity; undefined when there is no
 * plain file or the wait is ended.
 */
export async function settled(
  path: string,
  settle: number,
  isEnded: () => boolean,
): Promise<string | undefined> {
  let before = await identityOf(path)
  while (before !== undefined && !isEnded()) {
    await wait(settle)
    const after = await identityOf(path)
    if (after === before) return after
    before = after
  }
  return undefined
}

/** What tells a plain file from what it was before; undefined when there is none, or it cannot be reached. */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const about = await lstat(path, { bigint: true })
    return about.isFile() ? `${about.ino} ${about.size} ${about.mtimeNs}` : undefined
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG')) return undefined
    throw error
  }
}
