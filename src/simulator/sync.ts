import { checkForChanges, listedInSync, sendHighlights } from './annotations.ts'
import { fetchCovers } from './covers.ts'
import { openSession, type Device, type Session, type SyncReport } from './device.ts'
import { counted } from './diary.ts'
import { download, downloadQueued } from './downloads.ts'
import type { Faults } from './faults.ts'
import { makeContact } from './first-contact.ts'
import { Interrupted } from './interrupted.ts'
import { presentBooks } from './library.ts'
import { sendLocalChanges } from './local-changes.ts'
import { syncLibrary } from './pages.ts'
import { callsAfter, callsBefore } from './side-calls.ts'

/** One whole sync in the order of a real device (docs/protocol/sequences.md). */
export async function sync(device: Device, faults: Faults): Promise<SyncReport> {
  device.diary.note('The Kobo begins to sync.')
  const report = await converse(device, faults, async (session) => {
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
  device.diary.note(
    `The sync ${report.completed ? 'is complete' : 'broke off'}: ${counted(report.pages, 'page')}, ` +
      `${counted(report.operations.length, 'operation')}, ${counted(report.downloaded.length, 'book')} downloaded, ` +
      `${counted(report.covers.length, 'cover')}, ${counted(report.requests, 'request')}.`,
  )
  return report
}

/** Downloads every book that is not downloaded yet, and the covers that are missing. */
export async function downloadEverything(device: Device, faults: Faults): Promise<SyncReport> {
  return await converse(device, faults, async (session) => {
    for (const row of presentBooks(device.db)) {
      if (row.downloaded === 'false') await download(session, row.id)
    }
    await fetchCovers(session)
  })
}

/** Runs one stretch of talk; what ends it early is in the report. */
export async function converse(
  device: Device,
  faults: Faults,
  talk: (session: Session) => Promise<void>,
): Promise<SyncReport> {
  const session = openSession(device, faults)
  try {
    await talk(session)
    session.report.completed = true
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error
    session.report.interrupted = { at: error.at, because: error.because }
  }
  return session.report
}
