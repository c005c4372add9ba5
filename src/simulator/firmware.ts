import type { Switches } from './switches.ts'
import { WrongUse } from './wrong-use.ts'

type Habits = Partial<Switches>

/** From the newest to the oldest: from which version on, and what is known of it (docs/protocol/README.md). */
const KNOWN: readonly { from: number; habits: Habits }[] = [
  {
    from: 4.46,
    habits: {
      firmware: '4.46.23836',
      model: 'Kobo Libra Colour',
      platformId: platform(390),
      oauth: 'token',
      tokenRequest: 'json',
      statusInfo: 'short',
      annotationsAskedAfterDownload: true,
      coverTemplate: 'quality',
      coverSizes: 'several',
      shopCalls: 'v1-and-v2',
    },
  },
  {
    from: 4.45,
    habits: {
      firmware: '4.45.23697',
      model: 'Kobo Clara BW',
      platformId: platform(391),
      oauth: 'authorize-first',
      tokenRequest: 'form',
      statusInfo: 'short',
      annotationsAskedAfterDownload: false,
      coverTemplate: 'quality',
      coverSizes: 'one',
      shopCalls: 'v1',
    },
  },
  {
    from: 4.38,
    habits: {
      firmware: '4.38.23038',
      model: 'Kobo Libra 2',
      platformId: platform(388),
      oauth: 'token',
      tokenRequest: 'form',
      statusInfo: 'whole',
      annotationsAskedAfterDownload: false,
      coverTemplate: 'plain',
      coverSizes: 'one',
      shopCalls: 'v1',
    },
  },
  {
    from: 4.0,
    habits: {
      firmware: '4.28.18220',
      model: 'Kobo Clara HD',
      platformId: platform(376),
      oauth: 'none',
      statusInfo: 'whole',
      annotationsAskedAfterDownload: false,
      coverTemplate: 'plain',
      coverSizes: 'one',
      shopCalls: 'v1',
    },
  },
]

/**
 * The habits of a firmware: those of the newest known one that is not newer. `4.46` stands for a known build of it, a longer
 * version for itself. Throws WrongUse for anything that is not a version 4.
 */
export function habitsOf(version: string): Habits {
  const parts = /^(4)\.(\d{1,2})(?:\.(\d{1,6}))?$/.exec(version)
  const number = Number(`4.${(parts?.[2] ?? '').padStart(2, '0')}`)
  const known = KNOWN.find(({ from }) => number >= from)
  if (!parts || !known) throw new WrongUse(`--firmware needs a version like 4.45, not ${version}.`)
  return parts[3] === undefined ? known.habits : { ...known.habits, firmware: version }
}

function platform(last: number): string {
  return `00000000-0000-0000-0000-000000000${last}`
}
