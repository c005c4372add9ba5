import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { hasCode, UNREACHED } from './durable.ts'

/** Whether a path in the inbox is hidden, temporary, or what a system leaves beside files. */
export function isIgnored(root: string, path: string): boolean {
  const inside = relative(root, path)
  return inside.split(sep)[0] !== '..' && inside.split(sep).some((name) => IGNORED.test(name))
}

const IGNORED =
  /^(?:\..+|.*~|~\$.*|.*\.(?:part|partial|tmp|temp|crdownload|download|swp|filepart)|thumbs\.db|desktop\.ini|__macosx|@eadir|lost\+found)$/i

/**
 * The paths of the plain files in `folder` and its sub-folders that are not ignored in the inbox `root`. What cannot be read, or
 * goes meanwhile, counts as empty.
 */
export async function filesBelow(root: string, folder: string): Promise<string[]> {
  const files: string[] = []
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (isIgnored(root, path)) continue
    if (entry.isFile()) files.push(path)
    else if (entry.isDirectory()) files.push(...(await filesBelow(root, path)))
  }
  return files
}

/** Why nothing can be found in the inbox `root`, as a sentence; undefined where nothing is in the way. */
export async function hindranceAt(root: string): Promise<string | undefined> {
  try {
    if (!(await stat(root)).isDirectory()) return 'It is not a folder.'
    await access(root, constants.R_OK | constants.X_OK)
    return undefined
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return 'It is not there.'
    if (hasCode(error, 'EACCES')) return 'It may not be read by Holdfast.'
    throw error
  }
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (hasCode(error, ...UNREACHED)) return []
    throw error
  }
}
