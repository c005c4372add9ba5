import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { expect } from 'vitest'
import type { House } from './house.ts'
import type { HouseKobo } from './kobo-at.ts'

type Told = {
  bookId: string
  title: string
  highlights: number
  unsaved: boolean
  settles: boolean
}

/** An audit as the API tells of it. */
export type AuditTold = {
  id: string
  at: number
  copiedAt: number | null
  summary: string
  confirmed: number
  expected: number
  salvaged: boolean
  firmware: string | null
  foreignBooks: number
  classes: Record<string, (Told & { standing?: string })[]>
}

/** A preview as the API tells of it. */
export type PreviewTold = {
  operations: { verb: string; bookId: string }[]
  bytes: number
  cost: { refetch: number; bytes: number; unsavedHighlights: number }
}

/** What somebody brings of a Kobo's drive. */
export type Brought = { database: Buffer; kepub: { name: string; size: number }[] }

/** Copies what an audit needs off the drive of a simulated Kobo. */
export function bringFrom(kobo: HouseKobo): Brought {
  const folder = join(kobo.drive, '.kobo', 'kepub')
  const kepub = readdirSync(folder).map((name) => ({
    name,
    size: statSync(join(folder, name)).size,
  }))
  return { database: Buffer.from(kobo.database()), kepub }
}

/** The same database after somebody changed it. */
export function changed(brought: Brought, change: (db: Sqlite.Database) => void): Brought {
  // In memory there is no file beside it, as bytes 18 and 19 promise.
  const bytes = Buffer.from(brought.database)
  bytes.fill(1, 18, 20)
  const db = new Sqlite(bytes)
  try {
    change(db)
    return { ...brought, database: db.serialize() }
  } finally {
    db.close()
  }
}

/** Uploads what was brought, with when it was copied (epoch ms; now unless given, null for nobody knows), and gives what was found. */
export async function auditOf(
  house: House,
  kobo: HouseKobo,
  how: { brought?: Brought; takenAt?: number | null; device?: string } = {},
): Promise<AuditTold> {
  const { brought = bringFrom(kobo), takenAt = house.now(), device = kobo.device } = how
  const form = new FormData()
  form.set('database', new Blob([new Uint8Array(brought.database)]), 'KoboReader.sqlite')
  form.set('kepub', JSON.stringify(brought.kepub))
  if (takenAt !== null) form.set('takenAt', String(takenAt))
  const response = await fetch(`${house.url}/api/v1/devices/${device}/audits`, {
    method: 'POST',
    headers: { connection: 'close', authorization: `Bearer ${house.owner.token}` },
    body: form,
  })
  const body: unknown = await response.json()
  expect(body, JSON.stringify(body)).toHaveProperty('classes')
  expect(response.status).toBe(201)
  return body as AuditTold
}

/** The titles in each class that has any, and in `outdated` in every case. */
export function titlesIn({ classes }: AuditTold): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(classes)
      .filter(([name, books]) => books.length > 0 || name === 'outdated')
      .map(([name, books]) => [name, books.map(({ title }) => title)]),
  )
}
