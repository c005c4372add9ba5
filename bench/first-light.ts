import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { openHouse, type House } from './house.ts'
import type { Size } from './main.ts'
import { makeBooks } from './make-books.ts'
import { openReader, type Reader } from './reader.ts'
import { median, tableOf, type Figure } from './table.ts'

/** How many syncs without anything to do are timed. */
const EMPTY_SYNCS = 50

const MEGABYTE = 1_000_000

/**
 * A new library: a folder of books is imported by the command, shelved and prepared, synced to an empty Kobo without downloads, and synced again
 * with nothing to do; then the same with many more. Everything goes through commands, the API and the Kobo's own calls of a real server.
 */
export async function firstLight(size: Size, say: (line: string) => void): Promise<Figure[]> {
  const house = await openHouse()
  try {
    return await measure(house, size, say)
  } finally {
    await house.close()
  }
}

async function measure(
  house: House,
  { books, more }: Size,
  say: (line: string) => void,
): Promise<Figure[]> {
  const figures: Figure[] = []
  const tell = (...told: Figure[]): void => {
    figures.push(...told)
    say(tableOf(told).split('\n').slice(1, -1).join('\n'))
  }
  await house.run(['user', 'add', 'bench', '--owner', '--password-stdin'], 'a bench of oak\n')
  const token = found(/hf_[\w-]+/, await house.run(['token', 'add', 'bench', 'bench']))
  const syncUrl = found(
    /http\S+\/kobo\/[\w-]+/,
    await house.run(['device', 'add', 'bench', 'Kobo']),
  )
  const made = await house.api(token, 'POST', '/shelves', { name: 'Everything' })
  const { id: shelf } = z.object({ id: z.string() }).parse(made)
  const reader = openReader(syncUrl)
  // The goals are those of a thousand books; the start of a process does not shrink with them.
  const scale = Math.max(1, books / 1000)
  const steps = { house, token, shelf, reader, tell }
  try {
    const few = await grow(steps, {
      from: 0,
      to: books,
      goals: { import: 10 * scale, sync: 0.8 * scale },
    })
    tell(
      { what: `empty sync of ${books} books, median`, value: few, unit: 'ms', goal: 4 },
      ...(await memory(house, `after ${books} books`)),
    )
    if (more === 0) return figures
    const many = await grow(steps, { from: books, to: books + more, goals: {} })
    const goal = 2 * few
    tell(
      { what: `empty sync of ${books + more} books, median`, value: many, unit: 'ms', goal },
      ...(await memory(house, `after ${books + more} books`)),
    )
    return figures
  } finally {
    reader.close()
  }
}

type Steps = {
  house: House
  token: string
  shelf: string
  reader: Reader
  tell: (...figures: Figure[]) => void
}

/** Adds books and syncs them. Answers the median of the empty syncs after that, in ms. */
async function grow(
  { house, token, shelf, reader, tell }: Steps,
  about: { from: number; to: number; goals: { import?: number; sync?: number } },
): Promise<number> {
  const { from, to, goals } = about
  const count = to - from
  const folder = join(house.folder, 'books')
  await makeBooks(folder, from, to)
  const importing = await seconds(() => house.run(['import', folder]))
  await rm(folder, { recursive: true })
  tell({
    what: `import of ${count} books, by the command, its start included`,
    value: importing,
    unit: 's',
    ...(goals.import !== undefined && { goal: goals.import }),
  })

  const known: string[] = []
  await eachPage(house, token, async (books) => {
    known.push(...books.map((book) => book.id))
  })
  if (known.length !== to) throw new Error(`${known.length} of ${to} books were imported.`)
  const preparing = await seconds(async () => {
    for (let start = 0; start < known.length; start += 1000) {
      const add = known.slice(start, start + 1000)
      await house.api(token, 'POST', `/shelves/${shelf}/books`, { add, remove: [] })
    }
    await eachPage(house, token, async (books, again) => {
      while (books.some((book) => book.preparing)) {
        await wait(100)
        books = await again()
      }
    })
  })
  tell({ what: `shelving and preparing ${count} books`, value: preparing, unit: 's' })

  await reader.opener()
  const { operations, pages, ms } = await reader.sync()
  if (operations !== count) throw new Error(`${operations} of ${count} books were synced.`)
  tell({
    what: `full sync of ${count} books, ${pages} pages`,
    value: ms / 1000,
    unit: 's',
    ...(goals.sync !== undefined && { goal: goals.sync }),
  })
  return await emptySync(reader)
}

async function emptySync(reader: Reader): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < EMPTY_SYNCS; round += 1) {
    await reader.opener()
    const { operations, ms } = await reader.sync()
    if (operations !== 0) throw new Error('A sync without anything to do was not empty.')
    times.push(ms)
  }
  return median(times)
}

const Page = z.object({
  items: z.array(z.object({ id: z.string(), preparing: z.boolean() })),
  next: z.string().nullable(),
})

type Listed = z.infer<typeof Page>['items']

/** Goes through the list of books, page by page; `again` asks for the same page once more. */
async function eachPage(
  house: House,
  token: string,
  see: (books: Listed, again: () => Promise<Listed>) => Promise<void>,
): Promise<void> {
  for (let next: string | null = ''; next !== null;) {
    const cursor: string = next ? `&cursor=${encodeURIComponent(next)}` : ''
    const ask = async () => Page.parse(await house.api(token, 'GET', `/books?limit=100${cursor}`))
    const page = await ask()
    await see(page.items, async () => (await ask()).items)
    next = page.next
  }
}

async function memory(house: House, when: string): Promise<Figure[]> {
  const { now, peak } = await house.memory()
  return [
    { what: `memory of the server ${when}`, value: now / MEGABYTE, unit: 'MB', goal: 200 },
    { what: `its peak until then`, value: peak / MEGABYTE, unit: 'MB' },
  ]
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

function found(pattern: RegExp, text: string): string {
  const [match] = pattern.exec(text) ?? []
  if (match === undefined) throw new Error('A command did not print what was expected of it.')
  return match
}
