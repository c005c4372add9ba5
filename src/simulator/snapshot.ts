import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Device } from './device.ts'
import { emptyHome, readConf, type Home } from './home.ts'
import { announcedBooks, noteAnnounced, openLibrary, openLibraryInMemory } from './library.ts'
import { tellingLosses } from './losses.ts'
import { rememberDevice } from './open-device.ts'

/** A device as it was: its database, its configuration, and the files of books and covers. */
export interface Snapshot {
  database: Buffer
  conf: string | undefined
  kepub: Map<string, Buffer>
  images: Map<string, Buffer>
}

export function takeSnapshot(device: Device): Snapshot {
  const { home, db } = device
  return {
    database: db.serialize(),
    conf: existsSync(home.conf) ? readFileSync(home.conf, 'utf8') : undefined,
    kepub: filesOf(home.kepub),
    images: filesOf(home.images),
  }
}

/**
 * Puts back what was on the drive of a device: library, token, sign-in, files, covers and configuration. Sizes announced
 * since then are forgotten, for the device cannot know them; the hardware's id is what it is now.
 */
export function restoreSnapshot(device: Device, snapshot: Snapshot): void {
  tellingLosses(device, { by: 'mishap', how: 'restore' }, () => putBack(device, snapshot))
  rememberDevice(device)
  device.resources = undefined
  device.syncUrl = readConf(device.home).get('api_endpoint') ?? ''
}

function putBack(device: Device, snapshot: Snapshot): void {
  const { home } = device
  const announced = announcedBooks(device.db)
  device.db.close()
  emptyHome(home)
  if (snapshot.conf !== undefined) writeFileSync(home.conf, snapshot.conf)
  for (const [name, bytes] of snapshot.kepub) writeFileSync(join(home.kepub, name), bytes)
  for (const [name, bytes] of snapshot.images) writeFileSync(join(home.images, name), bytes)
  device.db = device.inMemory
    ? openLibraryInMemory(snapshot.database)
    : openLibraryFrom(home, snapshot.database)
  noteAnnounced(device.db, announced)
  device.db.exec('UPDATE sim_book SET announced_size = NULL')
}

function openLibraryFrom(home: Home, database: Buffer): Device['db'] {
  for (const suffix of ['-wal', '-shm']) rmSync(home.database + suffix, { force: true })
  writeFileSync(home.database, database)
  return openLibrary(home)
}

function filesOf(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}
