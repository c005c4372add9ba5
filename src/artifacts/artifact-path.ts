import { join } from 'node:path'

/** Where the artifact with this hash lies: 256 folders keep each one small. */
export function artifactPath(folder: string, hash: string): string {
  return join(folder, hash.slice(0, 2), hash)
}
