import type { Place } from './place.ts'
import type { Finding } from './snapshot.ts'
import { HEALED, type Healed, type Standing } from './standing.ts'

/** What a device's own database said on a day. */
export type Certificate = {
  id: string
  device: string
  /** When it arrived, epoch ms. */
  at: number
  /** Where in the device's log it belongs; null when nobody knows when it was copied. */
  place: Place | null
  summary: string
  /** Books that are as they should be, of those that should be there. */
  confirmed: number
  expected: number
  /** Books in its library that are not of this server. */
  foreign: number
  /** The database was damaged, so that a part of it was not read. */
  salvaged: boolean
  /** The firmware of the device, where its drive was given. */
  firmware: string | null
  findings: Finding[]
}

/** How many books are as they should be, of those that should be there. */
export function countOf(findings: readonly Finding[]): { confirmed: number; expected: number } {
  const expected = findings.filter(({ standing }) => standing !== 'orphan')
  const confirmed = expected.filter((finding) => !finding.outdated && isFine(finding.standing))
  return { confirmed: confirmed.length, expected: expected.length }
}

/** The certificate in a few words. `day` says a day as people do. */
export function summaryOf(
  { place, salvaged }: Pick<Certificate, 'place' | 'salvaged'>,
  findings: readonly Finding[],
  day: (at: number) => string,
): string {
  const { confirmed, expected } = countOf(findings)
  const damage = salvaged ? '; a part of the database is damaged' : ''
  if (place !== null) return `${confirmed} of ${expected} confirmed, ${day(place.at)}${damage}`
  const found = findings.filter(({ standing }) => isFine(standing)).length
  return `${found} of ${expected} found, and nobody knows on which day${damage}`
}

function isFine(standing: Standing): boolean {
  return standing === 'ok' || standing === 'entitledOnly'
}

/** Whether this is something that heal does something about. */
export function isDrift(finding: Finding): finding is Finding & { standing: Healed } {
  return (
    !finding.outdated && !finding.settles && HEALED.some((healed) => healed === finding.standing)
  )
}

/**
 * A book that is sent anew only when its person knows what that may cost: it is fetched again, and then its highlights come from here.
 */
export function isHeldBack({ unsaved, standing }: Finding): boolean {
  return unsaved && standing !== 'orphan'
}
