import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { coverImage } from '../../src/catalogue/cover-file.ts'
import { importFile } from '../../src/catalogue/import.ts'
import { Problem } from '../../src/problem.ts'
import { tempHome } from '../support/temp-home.ts'
import type { TempHome } from '../support/temp-home.ts'

/** What became of a file, and the highest resident memory of this process so far, in bytes. */
export type Eaten = (
  | { outcome: 'refused'; sentence: string }
  | { outcome: 'book'; title: string; cover: boolean; drawn: boolean; path: string }
  | { outcome: 'bug'; error: string }
) & { peak: number; ms: number }

// A process of its own, so that its memory is only that of eating: a line with the path and the name of a file comes in, a line goes out.
const home = await tempHome()
process.stdout.write('"ready"\n')
for await (const line of createInterface({ input: process.stdin })) {
  const { path, name }: { path: string; name: string } = JSON.parse(line)
  const began = performance.now()
  const outcome = await eat(home, path, name)
  const peak = process.resourceUsage().maxRSS * 1024
  const ms = Math.round(performance.now() - began)
  process.stdout.write(`${JSON.stringify({ ...outcome, peak, ms })}\n`)
}
await home.close()

async function eat(home: TempHome, path: string, name: string) {
  try {
    const drop = { path, name, dispose: 'remove', uploader: null, source: 'test' } as const
    const { book } = await importFile(home, drop)
    await stat(`${home.config.library}/${book.file.path}`)
    const drawn = await coverImage(home, book, { width: 1264, height: 1680 }, true)
    return {
      outcome: 'book',
      title: book.title,
      cover: book.cover !== null,
      drawn: drawn !== undefined,
      path: book.file.path,
    } as const
  } catch (error) {
    if (error instanceof Problem) return { outcome: 'refused', sentence: error.message } as const
    return { outcome: 'bug', error: error instanceof Error ? `${error.stack}` : '?' } as const
  }
}
