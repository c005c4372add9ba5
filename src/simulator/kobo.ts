import type { Device, SyncReport } from './device.ts'
import type { Event } from './events.ts'
import type { Circumstances } from './faults.ts'
import { deleteHighlight, editHighlight, highlight } from './highlights.ts'
import { bookFile, coverFile } from './home.ts'
import { closeConnections } from './http.ts'
import { bookRow, syncToken } from './library.ts'
import {
  deleteFile,
  factoryReset,
  loseRows,
  signOut,
  storeToken,
  swap,
  takeToken,
  updateFirmware,
  wipeLibrary,
} from './mishaps.ts'
import { openDevice, pointAt, type KoboOptions } from './open-device.ts'
import { rateBook } from './ratings.ts'
import { closeBook, finishBook, openBook, turnTo, wake, type Place } from './reading.ts'
import { removeBook, removeDownload } from './removals.ts'
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
import { stateOf, type KoboState } from './state.ts'
import { downloadEverything, signIn, sync, tap } from './sync.ts'

export type { KoboOptions } from './open-device.ts'
export type { Circumstances } from './faults.ts'

export type Kobo = ReturnType<typeof openKobo>

/**
 * Opens a simulated Kobo: a device with a real database that speaks to a server over HTTP and reports when the server
 * breaks a rule of the protocol. Throws WrongUse when there is no sync URL.
 */
export function openKobo(options: KoboOptions) {
  const device = openDevice(options)
  return {
    ...talks(device),
    ...actsOfTheReader(device),
    ...mishaps(device),
    ...looks(device),
    /** Changes take effect at the next thing the device does. */
    switches: device.switches,
    /** Every broken rule since the device was opened. */
    violations: device.violations,
    /** What happened since the device was opened, in order. */
    events: device.events as readonly Event[],
    /** The hardware's id, as in `x-kobo-deviceid`. A swap changes it. */
    get deviceId() {
      return device.deviceId
    },
    /** A line in the diary. */
    note: (sentence: string) => device.diary.note(sentence),
    /** Closes connections and database. */
    shutDown: () => {
      closeConnections(device.connections)
      device.db.close()
    },
  }
}

/** Each of these talks to the server, and gives a report. */
function talks(device: Device) {
  return {
    /** One whole sync. */
    sync: (how: Circumstances = {}) => sync(device, how),
    /** Signs in, when the device is signed out. A sync does so by itself. */
    signIn: (how: Circumstances = {}) => signIn(device, how),
    /** Taps a book that is not downloaded: it is downloaded now, with its cover. */
    tap: (id: string, how: Circumstances = {}) => tap(device, id, how),
    /** Downloads every book that is not downloaded yet, and every missing cover. */
    downloadAll: (how: Circumstances = {}) => downloadEverything(device, how),
    open: (id: string, how: Circumstances & { jump?: boolean } = {}) => openBook(device, id, how),
    turn: (id: string, place: Place, how: Circumstances = {}) => turnTo(device, id, place, how),
    close: (id: string, place?: Place, how: Circumstances = {}) =>
      closeBook(device, id, place, how),
    finish: (id: string, how: Circumstances = {}) => finishBook(device, id, how),
    /** Wakes with a book open: the device asks whether somebody read on elsewhere. */
    wake: (id: string, how: Circumstances = {}) => wake(device, id, how),
  } satisfies Record<string, (...parts: never[]) => Promise<SyncReport>>
}

/** What a reader does without the network. The server hears of it later, or never. */
function actsOfTheReader(device: Device) {
  return {
    makeShelf: (name: string, books: readonly string[]) => makeShelf(device, name, books),
    renameShelf: (from: string, to: string) => renameShelf(device, from, to),
    addToShelf: (name: string, books: readonly string[]) => addToShelf(device, name, books),
    takeFromShelf: (name: string, books: readonly string[]) => takeFromShelf(device, name, books),
    deleteShelf: (name: string) => deleteShelf(device, name),
    rate: (id: string, stars: number) => rateBook(device, id, stars),
    highlight: (id: string, text: string, note?: string) => highlight(device, id, text, note),
    editHighlight: (bookmark: string, note: string) => editHighlight(device, bookmark, note),
    deleteHighlight: (bookmark: string) => deleteHighlight(device, bookmark),
    /** "Remove from My Books": the row and the file go, the server hears of it at the next sync. */
    remove: (id: string) => removeBook(device, id),
    /** "Remove download": nothing is sent. */
    removeDownload: (id: string) => removeDownload(device, id),
    goOffline: () => {
      device.offline = true
    },
    goOnline: () => {
      device.offline = false
    },
    signOut: () => signOut(device),
    /** Points the device at another server, as editing its configuration does. */
    pointAt: (syncUrl: string) => pointAt(device, syncUrl),
    factoryReset: (how: { setUp?: boolean } = {}) => factoryReset(device, how),
    /** Another Kobo in the place of this one. */
    swap: (how: { syncUrl?: string; drive?: 'empty' | 'copied' } = {}) => swap(device, how),
    updateFirmware: (version: string) => updateFirmware(device, version),
  }
}

/** What befalls a device. Nothing of it is ever told to the server. */
function mishaps(device: Device) {
  return {
    /** Deletes the file over USB: the row does not know. */
    deleteFile: (id: string) => deleteFile(device, id),
    /** Rows vanish from the database: these, or so many. Gives which ones. */
    loseRows: (which: number | readonly string[]) => loseRows(device, which),
    /** All books are gone, and the token is still there. */
    wipeLibrary: () => wipeLibrary(device),
    loseToken: () => takeToken(device, null),
    /** Puts any token into the place of the device's own. */
    takeToken: (token: string) => takeToken(device, token),
    /** As after a day with Kobo's own store: a token that is not of this server. */
    takeStoreToken: () => takeToken(device, storeToken()),
    /** Comes back from a USB connection: the address of the reading services is found blank, as one reader reported. */
    unplug: () => unplug(device),
    snapshot: (): Snapshot => takeSnapshot(device),
    restore: (snapshot: Snapshot) => restoreSnapshot(device, snapshot),
  }
}

function looks(device: Device) {
  const { home } = device
  return {
    state: (): KoboState => stateOf(device),
    contents: (): Content[] => contentsOf(device),
    highlights: (id: string) => highlightsOf(device, id),
    shelves: () => shelvesOf(device),
    fileOf: (id: string) => bookFile(home, id),
    coverOf: (id: string) => coverFile(home, bookRow(device.db, id)?.imageId ?? id),
    /** The token that the next library sync sends, or null. */
    token: () => syncToken(device.db),
    /** The bytes of KoboReader.sqlite, wherever it lives. */
    database: () => device.db.serialize(),
    /** The address of the server in the configuration; empty when there is none. */
    address: () => device.syncUrl,
  }
}
