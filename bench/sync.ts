import { z } from 'zod'
import { openHouse, type House } from './house.ts'
import { openReader, type Reader } from './reader.ts'
import { writeShelvedLibrary, type ShelvedLibrary } from './shelved-library.ts'
import { median, tableOf, type Figure } from './table.ts'

/** Libraries of so many books. */
const SIZES = [1000, 5000, 20_000]

/** How many empty syncs are timed, and how many Kobos sync at once, each with how many books. */
const EMPTY_SYNCS = 50
const KOBOS = 50
const BOOKS_EACH = 200

const MEGABYTE = 1_000_000

/**
 * What a sync costs: the first one of libraries of several sizes, one without anything to do, one with a single changed book, and fifty
 * Kobos at once. The cost follows what changed: with twenty thousand books an empty sync takes about as long as with a thousand.
 */
export async function syncs(say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = []
  let least = Number.NaN
  for (const size of SIZES) {
    let library: ShelvedLibrary | undefined
    const house = await openHouse(async (dataDir) => {
      library = await writeShelvedLibrary(dataDir, size)
    })
    try {
      if (!library) throw new Error('The library was not written.')
      const told = await measure(house, library, least)
      least = Number.isNaN(least) ? told.empty : least
      figures.push(...told.figures)
      if (size === SIZES.at(-1)) figures.push(...(await crowd(house, library)))
      say(tableOf(figures.slice(-told.figures.length - 4)))
    } finally {
      await house.close()
    }
  }
  return figures
}

async function measure(
  house: House,
  { token, books }: ShelvedLibrary,
  least: number,
): Promise<{ figures: Figure[]; empty: number }> {
  const size = books.length
  const reader = openReader(await newDevice(house, token, 'Kobo', null))
  try {
    await reader.opener()
    const first = await reader.sync()
    if (first.operations !== size) throw new Error(`${first.operations} of ${size} were synced.`)
    const empty = median(await times(EMPTY_SYNCS, () => emptySync(reader)))
    const changed = median(
      await times(10, async (n) => {
        await house.api(token, 'PATCH', `/books/${books[n]}`, { title: `Another title ${n}` })
        await reader.opener()
        const { operations, ms } = await reader.sync()
        if (operations !== 1) throw new Error(`${operations} operations for one changed book.`)
        return ms
      }),
    )
    const memory = await house.memory()
    return {
      empty,
      figures: [
        { what: `first sync of ${size} books`, value: first.ms / 1000, unit: 's' },
        { what: '  a page of it', value: first.ms / first.pages, unit: 'ms' },
        {
          what: `empty sync of ${size} books, median`,
          value: empty,
          unit: 'ms',
          ...(!Number.isNaN(least) && { goal: 2 * least }),
        },
        { what: `one changed book among ${size}, median`, value: changed, unit: 'ms' },
        {
          what: `memory of the server with ${size} books`,
          value: memory.now / MEGABYTE,
          unit: 'MB',
        },
      ],
    }
  } finally {
    reader.close()
  }
}

/** Fifty Kobos at once, each with a shelf of its own: a first sync, then syncs without anything to do. */
async function crowd(house: House, { token, books }: ShelvedLibrary): Promise<Figure[]> {
  const readers: Reader[] = []
  try {
    for (let n = 0; n < KOBOS; n++) {
      const made = await house.api(token, 'POST', '/shelves', { name: `Shelf ${n}` })
      const { id } = z.object({ id: z.string() }).parse(made)
      const add = books.slice(n * BOOKS_EACH, (n + 1) * BOOKS_EACH)
      await house.api(token, 'POST', `/shelves/${id}/books`, { add })
      readers.push(openReader(await newDevice(house, token, `Kobo ${n}`, [id]), n + 1))
    }
    const began = performance.now()
    const pages: number[] = []
    await Promise.all(
      readers.map(async (reader) => {
        await reader.opener()
        const { operations, ms, pages: count } = await reader.sync()
        if (operations !== BOOKS_EACH) throw new Error(`${operations} of ${BOOKS_EACH} came.`)
        pages.push(ms / count)
      }),
    )
    const together = (performance.now() - began) / 1000
    const empty: number[] = []
    await Promise.all(
      readers.map(async (reader) => empty.push(...(await times(10, () => emptySync(reader))))),
    )
    const memory = await house.memory()
    return [
      { what: `${KOBOS} Kobos at once, ${BOOKS_EACH} books each`, value: together, unit: 's' },
      { what: '  a page of theirs, 95 of 100', value: percentile(pages, 0.95), unit: 'ms' },
      { what: '  an empty sync of theirs, 95 of 100', value: percentile(empty, 0.95), unit: 'ms' },
      { what: '  highest memory of the server', value: memory.peak / MEGABYTE, unit: 'MB' },
    ]
  } finally {
    for (const reader of readers) reader.close()
  }
}

async function emptySync(reader: Reader): Promise<number> {
  await reader.opener()
  const { operations, ms } = await reader.sync()
  if (operations !== 0) throw new Error('A sync without anything to do was not empty.')
  return ms
}

async function newDevice(
  house: House,
  token: string,
  name: string,
  shelves: string[] | null,
): Promise<string> {
  const made = await house.api(token, 'POST', '/devices', { name, shelves })
  return z.object({ syncUrl: z.string() }).parse(made).syncUrl
}

async function times(count: number, work: (n: number) => Promise<number>): Promise<number[]> {
  const taken: number[] = []
  for (let n = 0; n < count; n++) taken.push(await work(n))
  return taken
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}
