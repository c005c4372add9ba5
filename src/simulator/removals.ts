import { rmSync } from 'node:fs'
import type { Device } from './device.ts'
import { bookFile } from './home.ts'
import { knownBook } from './known-book.ts'
import { setDownloaded } from './library.ts'
import { queueUnsentState } from './local-changes.ts'
import { tellingLosses } from './losses.ts'

/** "Remove from My Books": the row and the file go, the server hears of it at the next sync. */
export function removeBook(device: Device, id: string): void {
  queueUnsentState(device, knownBook(device, id))
  const { db } = device
  tellingLosses(device, { by: 'reader', how: 'remove' }, () => {
    db.prepare('DELETE FROM content WHERE ContentID = ?').run(id)
    for (const table of ['Bookmark', 'SyncQueue']) {
      db.prepare(`DELETE FROM ${table} WHERE VolumeID = ?`).run(id)
    }
  })
  db.prepare('INSERT OR REPLACE INTO sim_deletes(id, at) VALUES (?, ?)').run(id, device.now())
  rmSync(bookFile(device.home, id), { force: true })
}

/** "Remove download": the file goes, the row is a "Download" tile, and nobody is told. */
export function removeDownload(device: Device, id: string): void {
  knownBook(device, id)
  tellingLosses(device, { by: 'reader', how: 'remove download' }, () =>
    setDownloaded(device.db, id, false),
  )
  rmSync(bookFile(device.home, id), { force: true })
}
