import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../src/catalogue/durable.ts'

/**
 * The files below a folder, by their paths in it; none when there is no such folder. A folder that goes meanwhile, as the server
 * removes those of the inbox that it emptied, takes only its own files out of the answer.
 */
export async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = []
  for (const entry of await entriesOf(folder)) {
    if (!entry.isDirectory()) files.push(entry.name)
    else
      for (const name of await filesBelow(join(folder, entry.name)))
        files.push(join(entry.name, name))
  }
  return files
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
