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
 * Converts four generated books from file to file, each in processes of its own that use Node as it comes: the
 * median and the shortest time in a warm process, the first of all, the processor time, the most memory, and the bytes.
 * The goals are what a prototype took so, on two cores that did nothing else. Beside it the time within the bounds of memory that this
 * bench has, which collects garbage more often.
 */
export async function kepub(say: (line: string) => void): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kepub-'))
  try {
    say('Making books …')
    const books = await makeKepubBooks(folder)
    const output = join(folder, 'out.kepub.epub')
    const told = new Map<BenchBook, Both>(books.map((book) => [book, { free: [], bound: [] }]))
    for (let round = 1; round <= ROUNDS; round += 1)
      for (const [book, { free, bound }] of told) {
        say(`Converting “${book.name}”, ${round} of ${ROUNDS} …`)
        free.push(await convertedIn(book, output, FREE))
        bound.push(await convertedIn(book, output, process.execArgv))
      }
    return (await Promise.all([...told].map(figuresOf))).flat()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What was told by processes with all the memory that Node takes, and by those within the bounds of this one. */
type Both = { free: Told[]; bound: Told[] }

/** The flags of this process but for those that bound its memory. */
const FREE = process.execArgv.filter((flag) => !flag.startsWith('--max-'))

async function convertedIn(
  { path, warmUps, runs }: BenchBook,
  output: string,
  flags: readonly string[],
): Promise<Told> {
  const program = fileURLToPath(new URL('./kepub-program.js', import.meta.url))
  const options = [...flags, program, path, output, `${warmUps}`, `${runs}`]
  const { stdout } = await run(process.execPath, options)
  return JSON.parse(stdout) as Told
}

async function figuresOf([{ name, path, goal }, { free: all, bound }]: [BenchBook, Both]): Promise<
  Figure[]
> {
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
    {
      what: `${name}: within bounds of memory`,
      value: median(bound.flatMap(({ times: some }) => some)),
      unit: 'ms',
    },
    { what: `${name}: the EPUB`, value: (await stat(path)).size / 1e6, unit: 'MB' },
    { what: `${name}: the KEPUB`, value: (all[0]?.size ?? Number.NaN) / 1e6, unit: 'MB' },
  ]
}

const run = promisify(execFile)
