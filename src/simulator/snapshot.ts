import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Device } from './device.ts'
import { emptyHome } from './home.ts'
import { announcedBooks, noteAnnounced, openLibrary } from './library.ts'

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

/** Puts a device back. Sizes announced since then are forgotten, for the device cannot know them. */
export function restoreSnapshot(device: Device, snapshot: Snapshot): void {
  const { home } = device
  const announced = announcedBooks(device.db)
  device.db.close()
  emptyHome(home)
  for (const suffix of ['-wal', '-shm']) rmSync(home.database + suffix, { force: true })
  writeFileSync(home.database, snapshot.database)
  if (snapshot.conf !== undefined) writeFileSync(home.conf, snapshot.conf)
  for (const [name, bytes] of snapshot.kepub) writeFileSync(join(home.kepub, name), bytes)
  for (const [name, bytes] of snapshot.images) writeFileSync(join(home.images, name), bytes)
  device.db = openLibrary(home)
  noteAnnounced(device.db, announced)
  device.db.exec('UPDATE sim_book SET announced_size = NULL')
}

function filesOf(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}
