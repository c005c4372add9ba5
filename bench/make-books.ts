import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeCover, makeEpub } from '../test/support/make-epub.ts'

/**
 * Writes small EPUBs, numbered from `from` up to, not including, `to`, into a new folder. Every one has an author, a cover of its own, and
 * one in three a series.
 */
export async function makeBooks(folder: string, from: number, to: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  const covers = await Promise.all(Array.from({ length: 8 }, (_, seed) => makeCover(seed)))
  for (let number = from; number < to; number += 1) {
    const cover = covers[number % covers.length] ?? Buffer.alloc(0)
    const epub = await makeEpub({
      title: `The ${number}th Book of the Bench`,
      authors: [`Author ${number % 211}`],
      ...(number % 3 === 0 && { series: { name: `Series ${number % 97}`, index: number % 9 } }),
      // What follows the end of a JPEG is not drawn, but makes it another file.
      cover: Buffer.concat([cover, Buffer.from(String(number))]),
      seed: number,
    })
    await writeFile(join(folder, `book-${number}.epub`), epub)
  }
}
