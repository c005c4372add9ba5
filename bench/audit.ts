import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { deviceTables } from '../src/simulator/schema.ts'
import { auditInBrowser } from './audit-in-browser.ts'
import { openHouse, type House } from './house.ts'
import { openReader } from './reader.ts'
import { writeShelvedLibrary, type ShelvedLibrary } from './shelved-library.ts'
import { median, tableOf, type Figure } from './table.ts'

/** Rows of books in the device's database. */
const BOOKS = [1000, 20_000]

const TIMES = 5

const MEGABYTE = 1_000_000

/** What an audit costs: the upload of a device's database of so many books, all of them ours and held, until it is certified. */
export async function audits(say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const size of BOOKS) {
    let library: ShelvedLibrary | undefined
    const house = await openHouse(async (dataDir) => {
      library = await writeShelvedLibrary(dataDir, size)
    })
    try {
      if (!library) throw new Error('The library was not written.')
      figures.push(...(await measure(house, library)))
      say(tableOf(figures.slice(-6)))
    } finally {
      await house.close()
    }
  }
  return figures
}

async function measure(house: House, { token, books }: ShelvedLibrary): Promise<Figure[]> {
  const size = books.length
  const wish = { name: 'A Kobo', shelves: null }
  const made = await house.api(token, 'POST', '/devices', wish)
  const { id, syncUrl } = z.object({ id: z.string(), syncUrl: z.string() }).parse(made)
  const reader = openReader(syncUrl)
  try {
    await reader.opener()
    await reader.sync()
    await reader.opener()
    await reader.sync()
    const path = join(house.folder, 'KoboReader.sqlite')
    writeDatabase(path, books, reader.token() ?? '')
    const database = await readFile(path)
    const before = (await house.memory()).now
    const taken: number[] = []
    for (let n = 0; n < TIMES; n += 1) {
      const began = performance.now()
      const told = await house.send(
        token,
        `/devices/${id}/audits?takenAt=${Date.now()}`,
        database,
        'application/vnd.sqlite3',
      )
      taken.push((performance.now() - began) / 1000)
      const { confirmed } = z.object({ confirmed: z.number() }).parse(told)
      if (confirmed !== size) throw new Error(`${confirmed} of ${size} were confirmed.`)
    }
    const memory = await house.memory()
    const page = new URL(`/devices/${id}/audits`, syncUrl).href
    const read = await auditInBrowser(page, path, TIMES)
    const goal = size === 20_000 ? { goal: 2 } : {}
    return [
      {
        what: `size of a database of ${size} books`,
        value: database.length / MEGABYTE,
        unit: 'MB',
      },
      {
        what: `first audit of ${size} books, all of it news`,
        value: taken[0] ?? Number.NaN,
        unit: 's',
      },
      { what: `audit of ${size} books, median`, value: median(taken), unit: 's', ...goal },
      { what: `the same, read in a browser, median`, value: median(read), unit: 's' },
      {
        what: `memory of the server with ${size} books, at most`,
        value: memory.peak / MEGABYTE,
        unit: 'MB',
      },
      {
        what: '  before the audits',
        value: before / MEGABYTE,
        unit: 'MB',
      },
    ]
  } finally {
    reader.close()
  }
}

function writeDatabase(path: string, books: readonly string[], token: string): void {
  const db = new Sqlite(path)
  try {
    db.pragma('synchronous = OFF')
    db.exec(deviceTables)
    const add = db.prepare(
      `INSERT INTO content(ContentID, ContentType, MimeType, BookID, Title, Attribution, ___UserID, ___FileSize, IsDownloaded)
       VALUES (?, '6', 'application/x-kobo-epub+zip', NULL, ?, 'Somebody', 'account', 300000, 'true')`,
    )
    db.transaction(() => {
      for (const [n, book] of books.entries()) add.run(book, `A book of the bench, number ${n}`)
      db.prepare(
        "INSERT INTO user(UserID, UserKey, SyncContinuationToken) VALUES ('account', 'key', ?)",
      ).run(token)
    })()
  } finally {
    db.close()
  }
}
