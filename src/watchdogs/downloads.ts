import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import type { NewErratum } from '../errata/erratum.ts'
import {
  downloadCut,
  downloadFailed,
  downloadNotBegun,
  type Titled,
} from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { unsavedHighlights } from '../reading/unsaved.store.ts'
import { record } from '../sync/facts.ts'
import { entriesOf } from '../sync/book-entries.store.ts'
import { downloadTrouble, type DownloadTrouble } from './download-trouble.ts'
import { tell } from './tell.ts'
import {
  completesOf,
  isAnyCompleted,
  letGo,
  letGoOfCompleted,
  titlesOf,
  watchedBooks,
} from './watchdog.store.ts'

const KINDS = ['download-failed', 'download-cut', 'download-not-begun'] as const

/**
 * Watches the downloads of a device. One that broke off for good is taken back and offered anew, once for each artifact and only where no
 * highlights can be lost by that; each other that failed, broke off or never began is told, until it is over.
 */
export async function watchDownloads(home: Home, device: Device): Promise<void> {
  if (await isAnyCompleted(home.db.read, device.id))
    await home.db.transact((tx) => letGoOfCompleted(tx, device.id))
  const { over, troubles } = await look(home.db.read, device, home.now())
  if (over.length > 0)
    await home.db.transact(async (tx) => {
      await letGo(tx, device.id, (await look(tx, device, home.now())).over)
    })
  const unsaved = await unsavedHighlights(home.db.read, device.person, troubles.keys())
  const anew = new Set(
    [...troubles].flatMap(([id, each]) => (mayGo(each, unsaved.has(id)) ? id : [])),
  )
  if (anew.size > 0) await offerAnew(home, device, anew)
  const told = new Map([...troubles].filter(([id]) => !anew.has(id)))
  const errata = await errataOf(home.db.read, device, told, unsaved)
  for (const kind of KINDS)
    await tell(
      home,
      { kind, device: device.id },
      errata.filter((erratum) => erratum.kind === kind),
      'The Kobo got it, or does not want it any more.',
    )
}

function mayGo(each: DownloadTrouble, unsaved: boolean): boolean {
  return each.trouble === 'failed' && each.anew && !unsaved
}

/** Removes them with the next sync; when that is acknowledged they are sent again. What came meanwhile stays. */
async function offerAnew(home: Home, device: Device, books: ReadonlySet<string>): Promise<void> {
  await home.db.transact(async (tx) => {
    await record(tx, home, device.id, [])
    const { troubles } = await look(tx, device, home.now())
    const still = [...troubles].filter(([id, each]) => books.has(id) && mayGo(each, false))
    await record(
      tx,
      home,
      device.id,
      still.map(([book]) => ({ kind: 'retract', book })),
    )
  })
}

type Looked = { over: string[]; troubles: Map<string, DownloadTrouble> }

async function look(db: Db, device: Device, now: number): Promise<Looked> {
  const looked: Looked = { over: [], troubles: new Map() }
  const books = device.revokedAt === null ? await watchedBooks(db, device.id) : []
  if (books.length === 0) return looked
  const completes = await completesOf(db, device.id)
  for (const [book, entries] of await entriesOf(db, device.id, books)) {
    const fetching = downloadTrouble(entries, completes, now)
    if (fetching === 'over') looked.over.push(book)
    else if (fetching !== 'under way') looked.troubles.set(book, fetching)
  }
  return looked
}

async function errataOf(
  db: Db,
  device: Device,
  troubles: ReadonlyMap<string, DownloadTrouble>,
  unsaved: ReadonlySet<string>,
): Promise<NewErratum[]> {
  const titles = await titlesOf(db, [...troubles.keys()])
  return [...troubles].flatMap(([id, trouble]) => {
    const book = titles.get(id)
    return book ? [erratumOf(device, book, trouble, unsaved.has(id))] : []
  })
}

function erratumOf(
  device: Device,
  book: Titled,
  trouble: DownloadTrouble,
  unsaved: boolean,
): NewErratum {
  if (trouble.trouble === 'failed')
    return downloadFailed(device, book, { tries: trouble.tries, unsaved })
  return trouble.trouble === 'cut' ? downloadCut(device, book) : downloadNotBegun(device, book)
}
