import { lstat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { hasCode, UNREACHED } from './durable.ts'
import { openGate } from './gate.ts'
import { openFile } from './open-file.ts'

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

/** A file that has no end yet must have stayed as it is for so many times as long. */
const PATIENCE = 4

/**
 * The same, and for `PATIENCE` times as long where the file does not end as a ZIP archive does. It may be a part of one: a copy over a network
 * can rest for longer than a whole file needs, and a part that is refused is lost, for what is still to come is written to no name.
 */
export async function wholeOrSettled(
  path: string,
  settle: number,
  isEnded: () => boolean,
): Promise<string | undefined> {
  let identity = await settled(path, settle, isEnded)
  for (let waits = 1; waits < PATIENCE && identity !== undefined; waits += 1) {
    if (waits === 1 && (await gate(() => endsAsArchive(path)))) break
    const later = await settled(path, settle, isEnded)
    if (later !== identity) waits = 0
    identity = later
  }
  return identity
}

/** Thousands of files may come to lie still at the same moment, and a process may have about a thousand open. */
const gate = openGate(4)

/** Where the end of a ZIP archive begins, and how far from its last byte that can be at most: 22 bytes and a comment (APPNOTE 4.3.16). */
const END = Buffer.from('PK\x05\x06', 'latin1')
const END_LENGTH = 22 + 0xffff

async function endsAsArchive(path: string): Promise<boolean> {
  try {
    const file = await openFile(path, false)
    try {
      const { size } = await file.stat()
      const length = Math.min(size, END_LENGTH)
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
      return buffer.subarray(0, bytesRead).lastIndexOf(END) >= 0
    } finally {
      await file.close()
    }
  } catch (error) {
    // Whatever is wrong with it, whoever reads it says so.
    if (hasCode(error, ...UNREACHED, 'EPERM', 'EIO')) return true
    throw error
  }
}

/** What tells a plain file from what it was before; undefined when there is none, or it cannot be reached. */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const about = await lstat(path, { bigint: true })
    return about.isFile() ? `${about.ino} ${about.size} ${about.mtimeNs}` : undefined
  } catch (error) {
    if (hasCode(error, ...UNREACHED)) return undefined
    throw error
  }
}
