import type { Selectable } from 'kysely'
import { z } from 'zod'
import type { Db, Schema, Tx } from '../db/schema.ts'
import type { Certificate } from './certificate.ts'
import type { Place } from './place.ts'
import type { Finding } from './snapshot.ts'
import { STANDINGS } from './standing.ts'

/** So many of a device are kept. */
const KEPT = 20

/** Keeps a certificate; the oldest ones of its device go. */
export async function saveCertificate(tx: Tx, certificate: Certificate): Promise<void> {
  const { id, device, at, place, summary, confirmed, expected, foreign, salvaged } = certificate
  await tx
    .insertInto('audit')
    .values({
      id,
      device,
      at,
      copied_at: place?.at ?? null,
      known_seq: place?.seq ?? null,
      known_page: place?.page ?? null,
      known_sure: place?.sure ?? null,
      summary,
      confirmed,
      expected,
      foreign_books: foreign,
      salvaged: salvaged ? 1 : 0,
      firmware: certificate.firmware,
      findings: JSON.stringify(certificate.findings.map(inShort)),
    })
    .execute()
  const kept = tx
    .selectFrom('audit')
    .select('id')
    .where('device', '=', device)
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(KEPT)
  await tx.deleteFrom('audit').where('device', '=', device).where('id', 'not in', kept).execute()
}

/** A certificate of this device. */
export async function certificateById(
  db: Db,
  device: string,
  id: string,
): Promise<Certificate | undefined> {
  const row = await db
    .selectFrom('audit')
    .selectAll()
    .where('device', '=', device)
    .where('id', '=', id)
    .executeTakeFirst()
  return row && toCertificate(row)
}

/** The newest certificate of a device. */
export async function newestCertificate(db: Db, device: string): Promise<Certificate | undefined> {
  const row = await db
    .selectFrom('audit')
    .selectAll()
    .where('device', '=', device)
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row && toCertificate(row)
}

/** Whether there is a certificate of a device from a newer copy than one at this place of its log. */
export async function isOvertaken(db: Db, device: string, { seq, at }: Place): Promise<boolean> {
  const newer = await db
    .selectFrom('audit')
    .select('id')
    .where('device', '=', device)
    .where((is) =>
      is.or([
        is('known_seq', '>', seq),
        is.and([is('known_seq', '=', seq), is('copied_at', '>', at)]),
      ]),
    )
    .limit(1)
    .executeTakeFirst()
  return newer !== undefined
}

/** A certificate without what was found of each book. */
export type Brief = Pick<Certificate, 'id' | 'at' | 'summary' | 'confirmed' | 'expected'> & {
  copiedAt: number | null
}

/** The certificates of a device, newest first. */
export async function certificatesOf(db: Db, device: string): Promise<Brief[]> {
  return db
    .selectFrom('audit')
    .select(['id', 'at', 'copied_at as copiedAt', 'summary', 'confirmed', 'expected'])
    .where('device', '=', device)
    .orderBy('at', 'desc')
    .orderBy('id')
    .execute()
}

/** What was found, without what is usual: most books are ok and nothing more is to be said of them. */
function inShort(finding: Finding): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(finding).filter(([, value]) => value !== false && value !== 0),
  )
}

const Findings = z.array(
  z.object({
    book: z.string(),
    standing: z.enum(STANDINGS),
    file: z.boolean().default(false),
    outdated: z.boolean().default(false),
    settles: z.boolean().default(false),
    unsaved: z.boolean().default(false),
    duplicate: z.boolean().default(false),
    newer: z.boolean().default(false),
    behind: z.boolean().default(false),
    highlights: z.number().default(0),
  }),
)

function toCertificate(row: Selectable<Schema['audit']>): Certificate {
  const { copied_at: at, known_seq: seq, known_page: page, known_sure: sure } = row
  return {
    id: row.id,
    device: row.device,
    at: row.at,
    place:
      at === null || seq === null || page === null || sure === null
        ? null
        : { at, seq, page, sure },
    summary: row.summary,
    confirmed: row.confirmed,
    expected: row.expected,
    foreign: row.foreign_books,
    salvaged: row.salvaged === 1,
    firmware: row.firmware,
    findings: Findings.parse(JSON.parse(row.findings)),
  }
}
