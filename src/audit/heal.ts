import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { closeAnswered } from '../sync/answered-by-audit.ts'
import { record } from '../sync/facts.ts'
import { auditedBooksOf } from './audited-books.store.ts'
import { isDrift, isHeldBack, type Certificate } from './certificate.ts'
import { tellDrift } from './drift.ts'
import { isOutdated } from './place.ts'
import type { Finding } from './snapshot.ts'
import { factsOf } from './heal-facts.ts'
import { saidBy, type Healed } from './standing.ts'

/** What of an audit is to be healed: everything unless classes or books are named. */
export type HealWish = {
  classes?: readonly Healed[] | undefined
  books?: readonly string[] | undefined
  /** Also books whose highlights on the device are not stored here. */
  evenUnsaved: boolean
}

/**
 * Turns what an audit found into facts on which the ordinary planner acts. What changed since the audit is left alone, and so are books
 * with highlights that are not stored here, unless that is said. Throws `Problem('conflict')` for such a book that is named, for one
 * that the audit found nothing to heal about, and for an audit of which nobody knows the day.
 */
export async function healAudit(
  tx: Tx,
  home: Home,
  device: Device,
  certificate: Certificate,
  wish: HealWish,
): Promise<void> {
  const { place } = certificate
  if (place === null)
    throw new Problem(
      'conflict',
      'Nobody knows when this copy was made, so that nothing follows from it. Say the day, or audit a newer one.',
    )
  // What was noted counts: a book that the Kobo just told of is there.
  await record(tx, home, device.id, [])
  const drift = await stillSo(tx, device, certificate)
  const chosen = drift.filter(
    ({ standing, book }) =>
      (wish.classes?.includes(standing) ?? true) && (wish.books?.includes(book) ?? true),
  )
  refuse(wish, drift)
  const healed = chosen.filter((finding) => wish.evenUnsaved || !isHeldBack(finding))
  await record(
    tx,
    home,
    device.id,
    healed.flatMap((finding) => factsOf(finding, place)),
  )
  const done = new Set(healed.map(({ book }) => book))
  await tellDrift(
    tx,
    home,
    device,
    certificate,
    drift.filter(({ book }) => !done.has(book)),
  )
  await closeAnswered(tx, home, device, place.seq)
}

/** What the audit found and what is so for all that is known today. */
async function stillSo(
  tx: Tx,
  device: Device,
  { findings, place }: Certificate,
): Promise<(Finding & { standing: Healed })[]> {
  const drift = findings.filter(isDrift)
  const books = await auditedBooksOf(
    tx,
    device,
    drift.map(({ book }) => book),
  )
  const known = new Map(books.map((book) => [book.id, book]))
  return drift.filter(({ book, standing, file }) => {
    const today = known.get(book)
    if (!today || !place || isOutdated(today.entries, place, saidBy(standing, file))) return false
    if (today.carried === (standing === 'orphan')) return false
    // What was told already needs no second word.
    return !today.entries.some((entry) => entry.kind === 'audited' && entry.seq > place.seq)
  })
}

/** Whoever names a book is told when nothing happens to it. */
function refuse(wish: HealWish, drift: readonly Finding[]): void {
  for (const book of wish.books ?? []) {
    const finding = drift.find((each) => each.book === book)
    if (!finding)
      throw new Problem('conflict', 'There is nothing to heal about one of these books.')
    if (isHeldBack(finding) && !wish.evenUnsaved)
      throw new Problem(
        'conflict',
        'One of these books has highlights on the Kobo that are not stored here. Say evenUnsaved to send it all the same.',
      )
  }
}
