import { rmSync } from 'node:fs'
import type { Device, SyncReport } from './device.ts'
import { fetchCovers } from './covers.ts'
import { openDiary } from './diary.ts'
import { download } from './downloads.ts'
import { noFaults, type Faults } from './faults.ts'
import {
  bookFile,
  coverFile,
  emptyHome,
  openHome,
  readConf,
  writeConf,
  writeVersion,
} from './home.ts'
import { closeConnections, openConnections } from './http.ts'
import {
  bookRow,
  bookRows,
  keep,
  kept,
  openLibrary,
  setDownloaded,
  storeSyncToken,
  syncToken,
  wipe,
} from './library.ts'
import { hexDigits, seededRandom, seedFrom } from './random.ts'
import { rateBook } from './ratings.ts'
import { closeBook, highlight, openBook, wake, type Place } from './reading.ts'
import { unplug } from './resources.ts'
import {
  addToShelf,
  deleteShelf,
  makeShelf,
  renameShelf,
  shelvesOf,
  takeFromShelf,
} from './shelves.ts'
import { restoreSnapshot, takeSnapshot, type Snapshot } from './snapshot.ts'
import { contentsOf, highlightsOf, type Content } from './contents.ts'
import { defaultSwitches, type Switches } from './switches.ts'
import { converse, downloadEverything, sync } from './sync.ts'
import { WrongUse } from './wrong-use.ts'

export interface KoboOptions {
  /** The folder of the mounted drive. It is made when it is missing. */
  home: string
  /** The sync URL, `http://host/kobo/<secret>`. Without it the one in the device's configuration is used. */
  syncUrl?: string
  /** Sends what goes to the host of the sync URL to the server of this address, as if it stood behind that name. */
  behind?: string
  /** The same seed makes the same device and the same choices. Without it the folder's path decides. */
  seed?: number
  /** The clock, epoch ms. */
  now?: () => number
  switches?: Partial<Switches>
  /** Gets each line of the diary. */
  say?: (line: string) => void
}

/** Where things go wrong, and whether the device is away from the network. */
export interface Circumstances {
  faults?: Faults
  offline?: boolean
}

export type Kobo = ReturnType<typeof openKobo>

/**
 * Opens a simulated Kobo: a device with a real database that speaks to a server over HTTP and reports when the server
 * breaks a rule of the protocol. Throws WrongUse when there is no sync URL.
 */
export function openKobo(options: KoboOptions) {
  const device = openDevice(options)
  const { home } = device
  return {
    /** One whole sync. */
    sync: ({ faults = noFaults }: Circumstances = {}) => sync(device, faults),
    /** Taps a book that is not downloaded: it is downloaded now, with its cover. */
    tap: (id: string, { faults = noFaults }: Circumstances = {}) => tap(device, id, faults),
    /** Downloads every book that is not downloaded yet, and every missing cover. */
    downloadAll: ({ faults = noFaults }: Circumstances = {}) => downloadEverything(device, faults),
    open: (id: string, { faults = noFaults, offline = false }: Circumstances = {}) =>
      openBook(device, id, offline, faults),
    close: (id: string, place: Place, { faults = noFaults, offline = false }: Circumstances = {}) =>
      closeBook(device, id, place, offline, faults),
    /** Wakes with a book open: the device asks whether somebody read on elsewhere. */
    wake: (id: string, { faults = noFaults }: Circumstances = {}) => wake(device, id, faults),
    /** Comes back from a USB connection: the address of the reading services is found blank, as one reader reported. */
    unplug: () => unplug(device),
    makeShelf: (name: string, books: readonly string[]) => makeShelf(device, name, books),
    renameShelf: (from: string, to: string) => renameShelf(device, from, to),
    addToShelf: (name: string, books: readonly string[]) => addToShelf(device, name, books),
    takeFromShelf: (name: string, books: readonly string[]) => takeFromShelf(device, name, books),
    deleteShelf: (name: string) => deleteShelf(device, name),
    shelves: () => shelvesOf(device),
    rate: (id: string, stars: number) => rateBook(device, id, stars),
    /** A line in the diary. */
    note: (sentence: string) => device.diary.note(sentence),
    highlight: (id: string, text: string) => highlight(device, id, text),
    /** "Remove from My Books": the row and the file go, the server hears of it at the next sync. */
    remove: (id: string) => removeBook(device, id),
    /** "Remove download": nothing is sent. */
    removeDownload: (id: string) => {
      knownBook(device, id)
      setDownloaded(device.db, id, false)
      rmSync(bookFile(home, id), { force: true })
    },
    /** Deletes the file over USB: the row does not know. */
    deleteFile: (id: string) => rmSync(bookFile(home, id), { force: true }),
    loseToken: () => setToken(device, null),
    /** As after a day with Kobo's own store: a token that is not of this server. */
    takeStoreToken: () => setToken(device, storeToken()),
    factoryReset: () => factoryReset(device),
    signOut: () => signOut(device),
    snapshot: (): Snapshot => takeSnapshot(device),
    restore: (snapshot: Snapshot) => restoreSnapshot(device, snapshot),
    contents: (): Content[] => contentsOf(device),
    highlights: (id: string) => highlightsOf(device, id),
    fileOf: (id: string) => bookFile(home, id),
    coverOf: (id: string) => coverFile(home, bookRow(device.db, id)?.imageId ?? id),
    /** The token that the next library sync sends, or null. */
    token: () => syncToken(device.db),
    /** Points the device at another server, as editing its configuration does. */
    pointAt: (syncUrl: string) => pointAt(device, syncUrl),
    deviceId: device.deviceId,
    /** Changes take effect at the next thing the device does. */
    switches: device.switches,
    /** Every broken rule since the device was opened. */
    violations: device.violations,
    /** Closes connections and database. */
    shutDown: () => {
      closeConnections(device.connections)
      device.db.close()
    },
  }
}

function openDevice(options: KoboOptions): Device {
  const { home: root, syncUrl, behind, seed, now, switches, say } = options
  const home = openHome(root)
  const url = syncUrl ?? readConf(home).get('api_endpoint')
  if (url === undefined || !/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new WrongUse('A sync URL is needed, like http://127.0.0.1:8190/kobo/SECRET.')
  }
  if (behind !== undefined && !(/^https?:\/\//.test(behind) && URL.canParse(behind))) {
    throw new WrongUse(`--behind needs an address like http://127.0.0.1:8190, not ${behind}.`)
  }
  const clock = now ?? (() => Date.now())
  const db = openLibrary(home)
  const times = Number(kept(db, 'opened') ?? 0)
  const start = seed ?? seedFrom(root)
  const makings = seededRandom(start)
  const device: Device = {
    home,
    db,
    syncUrl: '',
    behind: behind === undefined ? undefined : new URL(behind),
    deviceId: kept(db, 'device_id') ?? hexDigits(makings, 64),
    serial: kept(db, 'serial') ?? `N605${hexDigits(makings, 9).toUpperCase()}`,
    switches: { ...defaultSwitches, ...switches },
    now: clock,
    random: seededRandom(start + 7919 * (times + 1)),
    connections: openConnections(),
    diary: openDiary(clock, say),
    violations: [],
  }
  keep(db, 'opened', String(times + 1))
  pointAt(device, url)
  rememberDevice(device)
  return device
}

function pointAt(device: Device, syncUrl: string): void {
  device.syncUrl = syncUrl.replace(/\/+$/, '')
  const conf = readConf(device.home)
  if (conf.get('api_endpoint') === device.syncUrl) return
  conf.set('api_endpoint', device.syncUrl)
  writeConf(device.home, conf)
}

/** The identity of the hardware, which survives every reset. */
function rememberDevice(device: Device): void {
  keep(device.db, 'device_id', device.deviceId)
  keep(device.db, 'serial', device.serial)
  const { firmware, platformId } = device.switches
  writeVersion(device.home, { serial: device.serial, firmware, platformId })
}

async function tap(device: Device, id: string, faults: Faults): Promise<SyncReport> {
  knownBook(device, id)
  return await converse(device, faults, async (session) => {
    await download(session, id)
    await fetchCovers(session)
  })
}

function removeBook(device: Device, id: string): void {
  knownBook(device, id)
  const { db } = device
  db.prepare('DELETE FROM content WHERE ContentID = ?').run(id)
  for (const table of ['Bookmark', 'SyncQueue']) {
    db.prepare(`DELETE FROM ${table} WHERE VolumeID = ?`).run(id)
  }
  db.prepare('INSERT OR REPLACE INTO sim_deletes(id, at) VALUES (?, ?)').run(id, device.now())
  rmSync(bookFile(device.home, id), { force: true })
}

function factoryReset(device: Device): void {
  wipe(device.db)
  emptyHome(device.home)
  for (const name of ['signed_in', 'oauth_until']) forget(device, name)
  pointAt(device, device.syncUrl)
}

/** Highlights are lost; the books stay, or go with the account. The device must sign in again. */
function signOut(device: Device): void {
  const { db } = device
  db.exec('DELETE FROM Bookmark')
  if (device.switches.signOut === 'drops-rows') db.exec('DELETE FROM content')
  db.exec(
    "UPDATE user SET UserKey = '', AuthToken = NULL, RefreshToken = NULL, KoboAccessToken = NULL, SyncContinuationToken = NULL",
  )
  for (const name of ['signed_in', 'oauth_until']) forget(device, name)
}

function forget(device: Device, name: string): void {
  device.db.prepare('DELETE FROM sim_state WHERE name = ?').run(name)
}

function setToken(device: Device, token: string | null): void {
  storeSyncToken(device.db, token, device.switches.firmware, new Date(device.now()).toISOString())
}

/** Two parts of base64 with a dot between, as Kobo's own store makes them. */
function storeToken(): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64')
  const inner = part({ typ: 1, ver: 'v2', ptyp: 'SyncToken' })
  return `${part({ typ: 1, ver: null, ptyp: 'SyncToken' })}.${part({ InternalSyncToken: inner, IsContinuationToken: false })}`
}

function knownBook(device: Device, id: string): void {
  const known = bookRows(device.db).some((row) => row.id === id && row.owner !== 'removed')
  if (!known) throw new WrongUse(`This Kobo has no book ${id}.`)
}
