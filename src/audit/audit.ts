import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { closeAnswered } from '../sync/answered-by-audit.ts'
import { record } from '../sync/facts.ts'
import { everyBook } from '../sync/known-books.store.ts'
import { machineTimeZone } from '../time-zone.ts'
import { auditedBooks, withUnsaved } from './audited-books.store.ts'
import { countOf, isDrift, summaryOf, type Certificate } from './certificate.ts'
import { saveCertificate } from './certificate.store.ts'
import { tellDrift } from './drift.ts'
import { follow } from './follow.ts'
import { placeIn } from './place.store.ts'
import type { Place } from './place.ts'
import { readDatabase } from './read-database.ts'
import type { Listing, Reading } from './reading.ts'
import { findingsOf, type AuditedBook, type Finding } from './snapshot.ts'

/** What is known of a device from the device itself. */
export type Snapshot = {
  reading: Reading
  /** The folder of its files, where that was given. */
  listing: Listing | null
  /** When it was copied, epoch ms, where somebody says so. */
  takenAt: number | null
  firmware: string | null
}

/** Reads a device's database at `path`, which is a private copy, one at a time: that takes memory. Throws as `readDatabase`. */
export async function readCopy(home: Home, path: string): Promise<Reading> {
  const before = reading
  const now = before.then(async () => readDatabase(path, await everyBook(home.db.read)))
  reading = now.catch(() => undefined)
  return now
}

let reading: Promise<unknown> = Promise.resolve()

/**
 * Compares what a device says of itself with its ledger and keeps the certificate. What is there is proof at once, unless the ledger
 * knows something newer. While a question is open whether a book is there, so is it known at once that it is not; all else that is not as it
 * should be is told, and waits for `heal`. Throws `Problem('conflict')` for the
 * database of another device.
 */
export async function audit(home: Home, device: Device, snapshot: Snapshot): Promise<Certificate> {
  return home.db.transact((tx) => auditIn(tx, home, device, snapshot))
}

async function auditIn(
  tx: Tx,
  home: Home,
  device: Device,
  { reading, listing, takenAt, firmware }: Snapshot,
): Promise<Certificate> {
  // What was noted counts: a book that the Kobo just told of is there.
  await record(tx, home, device.id, [])
  const now = home.now()
  const { place, current } = await placeIn(tx, home, device, {
    token: reading.token,
    takenAt: takenAt === null ? null : Math.min(takenAt, now),
  })
  const books = await auditedBooks(tx, device, {
    named: reading.books.map(({ id }) => id),
    marked: new Set(reading.books.flatMap(({ id, highlights }) => (highlights > 0 ? [id] : []))),
  })
  const findings = await found(tx, device, { reading, listing }, books, place)
  const { salvaged, foreign } = reading
  const certificate: Certificate = {
    id: randomId(home.random),
    device: device.id,
    at: now,
    place,
    summary: summaryOf({ place, salvaged }, findings, dayOf),
    ...countOf(findings),
    foreign,
    salvaged,
    firmware,
    findings,
  }
  await saveCertificate(tx, certificate)
  const waiting = place ? await follow(tx, home, device, { findings, books, place, current }) : []
  await tellDrift(tx, home, device, certificate, waiting)
  if (place) await closeAnswered(tx, home, device, place.seq)
  return certificate
}

/** Whether highlights are stored is asked of the books that it matters for: that takes longer than all else. */
async function found(
  tx: Tx,
  device: Device,
  { reading, listing }: Pick<Snapshot, 'reading' | 'listing'>,
  books: readonly AuditedBook[],
  place: Place | null,
): Promise<Finding[]> {
  const findings = findingsOf(reading, listing, books, place)
  const drifting = new Set(findings.filter(isDrift).map(({ book }) => book))
  const asked = await withUnsaved(
    tx,
    device,
    books.filter(({ id }) => drifting.has(id)),
  )
  const exact = new Map(
    findingsOf(reading, listing, asked, place).map((finding) => [finding.book, finding]),
  )
  return findings.map((finding) => exact.get(finding.book) ?? finding)
}

function dayOf(at: number): string {
  const format = { day: 'numeric', month: 'long', timeZone: machineTimeZone() } as const
  return new Intl.DateTimeFormat('en-GB', format).format(at)
}
