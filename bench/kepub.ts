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

/** How many processes convert each book, taking turns with those of the other books: what else a machine does passes. */
const ROUNDS = 3

/**
 * Converts four generated books from file to file, each in processes of its own with the settings of the product: the
 * median and the shortest time in a warm process, the first of all, the processor time, the most memory, and the bytes.
 * The goals are what a prototype took on two cores that did nothing else.
 */
export async function kepub(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kepub-'))
  try {
    say('Making books …')
    const books = await makeKepubBooks(folder)
    const told = new Map<BenchBook, Told[]>(books.map((book) => [book, []]))
    for (let round = 1; round <= ROUNDS; round += 1)
      for (const [book, all] of told) {
        say(`Converting “${book.name}”, ${round} of ${ROUNDS} …`)
        all.push(await convertedIn(book, join(folder, 'out.kepub.epub')))
      }
    return (await Promise.all([...told].map(figuresOf))).flat()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function convertedIn({ path, warmUps, runs }: BenchBook, output: string): Promise<Told> {
  const program = fileURLToPath(new URL('./kepub-program.js', import.meta.url))
  const options = [...process.execArgv, program, path, output, `${warmUps}`, `${runs}`]
  const { stdout } = await run(process.execPath, options)
  return JSON.parse(stdout) as Told
}

async function figuresOf([{ name, path, goal }, all]: [BenchBook, Told[]]): Promise<Figure[]> {
  const times = all.flatMap((told) => told.times)
  const most = Math.max(...all.map(({ memory }) => memory))
  const memory: Figure = { what: `${name}: most memory`, value: most / 1e6, unit: 'MB' }
  if (name === 'images') memory.goal = MEMORY_GOAL
  return [
    { what: `${name}: a conversion, median`, value: median(times), unit: 'ms', goal },
    { what: `${name}: the shortest`, value: Math.min(...times), unit: 'ms' },
    { what: `${name}: processor time`, value: median(all.flatMap(({ work }) => work)), unit: 'ms' },
    { what: `${name}: the first`, value: median(all.map(({ cold }) => cold)), unit: 'ms' },
    memory,
    { what: `${name}: the EPUB`, value: (await stat(path)).size / 1e6, unit: 'MB' },
    { what: `${name}: the KEPUB`, value: (all[0]?.size ?? Number.NaN) / 1e6, unit: 'MB' },
  ]
}

const run = promisify(execFile)
