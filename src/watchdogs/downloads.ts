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
import { entriesOf } from '../sync/holding.store.ts'
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

/** Watches the downloads of a device: each that failed, broke off or never began is told, until it is over. */
export async function watchDownloads(home: Home, device: Device): Promise<void> {
  if (await isAnyCompleted(home.db.read, device.id))
    await home.db.transact((tx) => letGoOfCompleted(tx, device.id))
  const { over, troubles } = await look(home.db.read, device, home.now())
  if (over.length > 0)
    await home.db.transact(async (tx) => {
      await letGo(tx, device.id, (await look(tx, device, home.now())).over)
    })
  const errata = await errataOf(home.db.read, device, troubles)
  for (const kind of KINDS)
    await tell(
      home,
      { kind, device: device.id },
      errata.filter((erratum) => erratum.kind === kind),
      'The Kobo got it, or does not want it any more.',
    )
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
): Promise<NewErratum[]> {
  const ids = [...troubles.keys()]
  const titles = await titlesOf(db, ids)
  const unsaved = await unsavedHighlights(db, device.person, ids)
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
