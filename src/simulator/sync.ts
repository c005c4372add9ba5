import { checkForChanges, listedInSync } from './annotations.ts'
import { fetchCovers } from './covers.ts'
import { openSession, type Device, type Session, type SyncReport } from './device.ts'
import { counted } from './diary.ts'
import { download, downloadQueued } from './downloads.ts'
import type { Circumstances } from './faults.ts'
import { makeContact } from './first-contact.ts'
import { sendHighlights } from './highlights.ts'
import { Interrupted } from './interrupted.ts'
import { knownBook } from './known-book.ts'
import { presentBooks } from './library.ts'
import { sendLocalChanges } from './local-changes.ts'
import { syncLibrary } from './pages.ts'
import { callsAfter, callsBefore } from './side-calls.ts'
import { stop } from './stop.ts'

/** One whole sync in the order of a real device (docs/protocol/README.md). */
export async function sync(device: Device, circumstances: Circumstances): Promise<SyncReport> {
  device.diary.note('The Kobo begins to sync.')
  const report = await converse(device, circumstances, async (session) => {
    findNetwork(session, circumstances)
    await makeContact(session)
    await callsBefore(session)
    await sendLocalChanges(session)
    await syncLibrary(session)
    await downloadQueued(session)
    await fetchCovers(session)
    await sendHighlights(session)
    const books = listedInSync(session)
    if (books) await checkForChanges(session, books)
    await callsAfter(session)
  })
  const { completed, pages, continues } = report
  device.events.push({ what: 'synced', completed, pages, continues })
  device.diary.note(
    `The sync ${report.completed ? 'is complete' : 'broke off'}: ${counted(report.pages, 'page')}, ` +
      `${counted(report.operations.length, 'operation')}, ${counted(report.downloaded.length, 'book')} downloaded, ` +
      `${counted(report.covers.length, 'cover')}, ${counted(report.requests, 'request')}.`,
  )
  return report
}

/** Downloads one book now, with its cover. */
export async function tap(
  device: Device,
  id: string,
  circumstances: Circumstances,
): Promise<SyncReport> {
  knownBook(device, id)
  return await converse(device, circumstances, async (session) => {
    findNetwork(session, circumstances)
    await download(session, id)
    await fetchCovers(session)
  })
}

/** Signs in, when the device is signed out, and makes whatever contact comes before a sync. */
export async function signIn(device: Device, circumstances: Circumstances): Promise<SyncReport> {
  return await converse(device, circumstances, async (session) => {
    findNetwork(session, circumstances)
    await makeContact(session)
  })
}

/** Downloads every book that is not downloaded yet, and the covers that are missing. */
export async function downloadEverything(
  device: Device,
  circumstances: Circumstances,
): Promise<SyncReport> {
  return await converse(device, circumstances, async (session) => {
    findNetwork(session, circumstances)
    for (const row of presentBooks(device.db)) {
      if (row.downloaded === 'false') await download(session, row.id)
    }
    await fetchCovers(session)
  })
}

/** Runs one stretch of talk; what ends it early is in the report. */
export async function converse(
  device: Device,
  circumstances: Circumstances,
  talk: (session: Session) => Promise<void>,
): Promise<SyncReport> {
  const session = openSession(device, circumstances)
  try {
    await talk(session)
    session.report.completed = true
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    session.report.interrupted = { at: error.at, because: error.because }
  }
  return session.report
}

/** Ends the session of a device that is away from the network, or whose configuration names no server. */
function findNetwork(session: Session, { offline = false }: Circumstances): void {
  const { device } = session
  if (offline || device.offline) throw stop(session, 'Wi-Fi', 'the Kobo is offline')
  if (device.syncUrl === '') throw stop(session, 'configuration', 'it names no server')
}
