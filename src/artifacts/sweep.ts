import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../catalogue/durable.ts'
import type { Home } from '../home.ts'
import { UNFINISHED } from './make-artifact.ts'

/** The ids of the books whose artifacts a process left unfinished. */
export async function unfinishedBooks(home: Home): Promise<string[]> {
  const names = await unfinishedNames(home)
  return [...new Set(names.map((name) => name.slice(0, Math.max(0, name.lastIndexOf('.')))))]
}

/** Removes artifacts that a process left unfinished. Only for when nothing is being prepared. */
export async function sweepUnfinished(home: Home): Promise<void> {
  for (const name of await unfinishedNames(home))
    await rm(join(home.config.artifacts, UNFINISHED, name), { force: true })
}

async function unfinishedNames(home: Home): Promise<string[]> {
  try {
    return await readdir(join(home.config.artifacts, UNFINISHED))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
