import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertEpub } from '../../src/kepub/index.ts'

/** The bytes that converting makes of an EPUB, which is given as its bytes or as the path of its file. */
export async function kepubOf(book: Buffer | string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kepub-'))
  try {
    const source = join(folder, 'source.epub')
    if (typeof book !== 'string') await writeFile(source, book)
    await convertEpub(typeof book === 'string' ? book : source, join(folder, 'made.kepub.epub'))
    return await readFile(join(folder, 'made.kepub.epub'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
