import { mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openHouse } from '../test/support/house.ts'
import { makeEpub } from '../test/support/make-epub.ts'
import type { Figure } from './table.ts'

/** How long the server may take to answer meanwhile, in ms, and how much the process may grow, in bytes. */
const PATIENCE = 2_000
const GROWTH = 200_000_000

/** Drops a folder of `files` files into the inbox at once: one in a hundred is a book, the rest is that book again or none. */
export async function flood(files: number, say: (line: string) => void): Promise<Figure[]> {
  const house = await openHouse()
  try {
    const { inbox, dataDir } = house.server.home.config
    const folder = join(dataDir, 'flood')
    await mkdir(folder)
    let book: Buffer = Buffer.alloc(0)
    for (let n = 0; n < files; n += 1) {
      if (n % 100 === 0) book = await makeEpub({ title: `Book ${n}`, seed: n })
      const isBook = n % 100 < 20
      await writeFile(join(folder, `${n}.epub`), isBook ? book : `This is no book ${n % 50}.`)
    }
    say(`Dropping ${files} files …`)
    const before = process.memoryUsage().rss
    const watch = { isOver: false, slowest: 0, highest: before }
    const began = performance.now()
    await rename(folder, join(inbox, 'flood'))
    const watching = askOn(house.url, watch)
    await house.settled().finally(() => (watch.isOver = true))
    const seconds = (performance.now() - began) / 1000
    await watching
    const left = await readdir(inbox)
    const { body } = await house.api<{ items: unknown[] }>('GET', '/books?limit=500')
    const wanted = Math.min(500, Math.ceil(files / 100))
    return [
      { what: 'files at once', value: files, unit: 'files' },
      { what: 'all dealt with', value: seconds, unit: 's' },
      { what: 'left in the inbox', value: left.length, unit: '', goal: 0, must: true },
      { what: 'books missing', value: wanted - body.items.length, unit: '', goal: 0, must: true },
      { what: 'slowest answer meanwhile', value: watch.slowest, unit: 'ms', goal: PATIENCE },
      {
        what: 'growth at its highest',
        value: (watch.highest - before) / 1e6,
        unit: 'MB',
        goal: GROWTH / 1e6,
      },
    ]
  } finally {
    await house.close()
  }
}

async function askOn(
  url: string,
  watch: { isOver: boolean; slowest: number; highest: number },
): Promise<void> {
  while (!watch.isOver) {
    const began = performance.now()
    const { status } = await fetch(`${url}/healthz`)
    if (status !== 200) throw new Error(`The server was not well: ${status}.`)
    watch.slowest = Math.max(watch.slowest, performance.now() - began)
    watch.highest = Math.max(watch.highest, process.memoryUsage().rss)
  }
}
