import { isDeepStrictEqual } from 'node:util'
import type { Device } from '../devices/device.ts'
import type { Tx } from '../db/schema.ts'
import type { Home } from '../home.ts'
import { askedAbout } from '../sync/answered-by-audit.ts'
import { record } from '../sync/facts.ts'
import { foldBook } from '../sync/fold.ts'
import { appendFacts } from '../sync/log.store.ts'
import type { Fact } from '../sync/log-row.ts'
import { isDrift, isHeldBack } from './certificate.ts'
import type { Place } from './place.ts'
import type { AuditedBook, Finding } from './snapshot.ts'
import { confirmationOf, factsOf, missedIn, recorded } from './heal-facts.ts'

/**
 * Writes down what follows from an audit at once: what is there is proof; what is missing is known to be missing where that was asked, and
 * is a doubt elsewhere. Gives what is left to be healed.
 */
export async function follow(
  tx: Tx,
  home: Home,
  device: Device,
  found: {
    findings: readonly Finding[]
    books: readonly AuditedBook[]
    place: Place
    current: boolean
  },
): Promise<Finding[]> {
  const { findings, books, place, current } = found
  const asked = await askedAbout(tx, device)
  await confirm(tx, home, device, confirmations(findings, books, place, current))
  const answered = findings.filter((finding) => answers(finding) && asked.has(finding.book))
  const facts = answered.flatMap((finding) => factsOf(finding, place))
  await record(tx, home, device.id, facts)
  const waiting = findings.filter(isDrift).filter((finding) => !answered.includes(finding))
  const missed = waiting.flatMap((finding) => missedIn(finding, place))
  await appendFacts(tx, device.id, home.now(), missed)
  return waiting
}

/**
 * Whether this answers a question that is open about the book: it is not there. Whoever audits a Kobo because of the question need not say
 * so again. What else may be healed waits, and so does what may cost highlights.
 */
function answers(finding: Finding): boolean {
  const isMissing = finding.standing === 'lost' || finding.standing === 'removedRow'
  return isMissing && isDrift(finding) && !isHeldBack(finding)
}

/** A fact about a book, and whether the device is held to hold something else of it now. */
type Confirmation = { fact: Fact; isNews: boolean }

function confirmations(
  findings: readonly Finding[],
  books: readonly AuditedBook[],
  place: Place,
  current: boolean,
): Confirmation[] {
  const entries = new Map(books.map((book) => [book.id, book.entries]))
  return findings.flatMap((finding) => {
    const { book } = finding
    const known = entries.get(book) ?? []
    return confirmationOf(finding, known, place, current).map((fact) => {
      const { seq, at } = known.at(-1) ?? { seq: 0, at: 0 }
      const then = foldBook([...known, { ...fact, seq: seq + 1, at }])
      return {
        fact: recorded(fact, book, place),
        isNews: !isDeepStrictEqual(foldBook(known), then),
      }
    })
  })
}

/** Most books of a large library are just where they were thought to be: then nothing is folded anew, and nothing is due. */
async function confirm(
  tx: Tx,
  home: Home,
  device: Device,
  confirmations: readonly Confirmation[],
): Promise<void> {
  const facts = (isNews: boolean): Fact[] =>
    confirmations.flatMap((each) => (each.isNews === isNews ? [each.fact] : []))
  await record(tx, home, device.id, facts(true))
  await appendFacts(tx, device.id, home.now(), facts(false))
}
