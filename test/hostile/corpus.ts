import { open } from 'node:fs/promises'
import { ARCHIVES } from './archives.ts'
import { COVERS } from './covers.ts'
import { DOCUMENTS } from './documents.ts'
import type { HostileFile } from './hostile-file.ts'
import { OTHERS } from './others.ts'

/** Everything hostile that we know of, each with the sentence it is refused with or the book it becomes. */
export const CORPUS: HostileFile[] = [...ARCHIVES, ...DOCUMENTS, ...COVERS, ...OTHERS]

/** The name under which a file of the corpus is dropped. */
export function nameOf(file: HostileFile): string {
  return file.name ?? 'book.epub'
}

/** Writes a file of the corpus to `path`. */
export async function writeHostile(file: HostileFile, path: string): Promise<void> {
  const handle = await open(path, 'wx')
  try {
    await handle.writeFile(await file.make())
    if (file.length !== undefined) await handle.truncate(file.length)
  } finally {
    await handle.close()
  }
}
