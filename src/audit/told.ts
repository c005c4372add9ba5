import type { Db } from '../db/schema.ts'
import { Problem } from '../problem.ts'
import { titlesOf } from '../sync/known-books.store.ts'
import { certificateById } from './certificate.store.ts'
import type { Certificate } from './certificate.ts'
import type { Finding } from './snapshot.ts'
import type { Standing } from './standing.ts'

/** A book in a class of an audit. */
export type ToldBook = {
  bookId: string
  title: string
  highlights: number
  unsaved: boolean
  settles: boolean
}

/** A certificate as it is told: each class with its books, by title. */
export type ToldAudit = Pick<
  Certificate,
  'id' | 'at' | 'summary' | 'confirmed' | 'expected' | 'salvaged' | 'firmware'
> & {
  copiedAt: number | null
  foreignBooks: number
  classes: Record<Standing | 'foreign' | 'duplicate' | 'newerOnDevice', ToldBook[]> & {
    outdated: (ToldBook & { standing: Standing })[]
  }
}

/** A certificate of this device. Throws `Problem('not_found')` when there is none of that name. */
export async function certificateOf(db: Db, device: string, id: string): Promise<Certificate> {
  const certificate = await certificateById(db, device, id)
  if (!certificate) throw new Problem('not_found', 'There is no such audit of this device.')
  return certificate
}

/** Tells a certificate, with today's titles. */
export async function toldOf(db: Db, certificate: Certificate): Promise<ToldAudit> {
  const { id, at, place, summary, confirmed, expected, foreign, salvaged, firmware, findings } =
    certificate
  const titles = await titlesOf(
    db,
    findings.map(({ book }) => book),
  )
  const told = findings
    .map((finding) => ({ finding, book: bookOf(finding, titles) }))
    .sort((one, other) => compare(one.book, other.book))
  const those = (which: (finding: Finding) => boolean): ToldBook[] =>
    told.flatMap(({ finding, book }) => (which(finding) ? [book] : []))
  const as = (standing: Standing): ToldBook[] =>
    those((finding) => finding.standing === standing && !finding.outdated)
  return {
    id,
    at,
    copiedAt: place?.at ?? null,
    summary,
    confirmed,
    expected,
    salvaged,
    firmware,
    foreignBooks: foreign,
    classes: {
      ok: as('ok'),
      entitledOnly: as('entitledOnly'),
      lost: as('lost'),
      removedRow: as('removedRow'),
      fileMissing: as('fileMissing'),
      staleFile: as('staleFile'),
      orphan: as('orphan'),
      foreign: [],
      duplicate: those(({ duplicate }) => duplicate),
      newerOnDevice: those(({ newer }) => newer),
      unread: as('unread'),
      outdated: told.flatMap(({ finding, book }) =>
        finding.outdated ? [{ ...book, standing: finding.standing }] : [],
      ),
    },
  }
}

function bookOf(finding: Finding, titles: ReadonlyMap<string, string>): ToldBook {
  const { book, highlights, unsaved, settles } = finding
  return { bookId: book, title: titles.get(book) ?? book, highlights, unsaved, settles }
}

function compare(one: ToldBook, other: ToldBook): number {
  if (one.title !== other.title) return one.title < other.title ? -1 : 1
  return one.bookId < other.bookId ? -1 : 1
}
