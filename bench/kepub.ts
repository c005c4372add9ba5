import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { makeKepubBooks } from './kepub-books.ts'
import type { BenchBook } from './kepub-books.ts'
import type { Told } from './kepub-program.ts'
import { median } from './table.ts'
import type { Figure } from './table.ts'

/** The most memory that the process which converts the book of images may need, in MB. */
const MEMORY_GOAL = 200

/** Converts four generated books from file to file, each in a process of its own: the median time in a warm process, its most memory, and the bytes. */
export async function kepub(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kepub-'))
  try {
    say('Making books …')
    const figures: Figure[] = []
    for (const book of await makeKepubBooks(folder)) {
      say(`Converting “${book.name}” …`)
      figures.push(...(await measure(book, join(folder, 'out.kepub.epub'))))
    }
    return figures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function measure(book: BenchBook, output: string): Promise<Figure[]> {
  const { name, path, goal, warmUps, runs } = book
  const program = fileURLToPath(new URL('./kepub-program.js', import.meta.url))
  const { stdout } = await run(process.execPath, [program, path, output, `${warmUps}`, `${runs}`])
  const told = JSON.parse(stdout) as Told
  const memory: Figure = { what: `${name}: most memory`, value: told.memory / 1e6, unit: 'MB' }
  if (name === 'images') memory.goal = MEMORY_GOAL
  return [
    { what: `${name}: a conversion`, value: median(told.times), unit: 'ms', goal },
    memory,
    { what: `${name}: the EPUB`, value: (await stat(path)).size / 1e6, unit: 'MB' },
    { what: `${name}: the KEPUB`, value: told.size / 1e6, unit: 'MB' },
  ]
}

const run = promisify(execFile)
