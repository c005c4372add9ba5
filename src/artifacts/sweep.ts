import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../catalogue/durable.ts'
import type { Home } from '../home.ts'
import { UNFINISHED } from './make-artifact.ts'

/** Removes artifacts that a process left unfinished. Only for when nothing is being prepared. */
export async function sweepUnfinished(home: Home): Promise<void> {
  const folder = join(home.config.artifacts, UNFINISHED)
  let left: string[]
  try {
    left = await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  for (const name of left) await rm(join(folder, name), { force: true })
}
