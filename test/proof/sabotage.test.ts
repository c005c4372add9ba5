import { expect, test } from 'vitest'
import { soakSpoilt } from './sabotage.ts'
import { SABOTAGES } from './sabotages.ts'

/** A proof that cannot fail proves nothing: each of these must be noticed within so many schedules. */
const SCHEDULES = 300

test.each(SABOTAGES)(
  'the schedules notice: $what',
  async ({ edits, breaks, seed }) => {
    const { broken } = await soakSpoilt(edits, { schedules: SCHEDULES, seed })
    expect(broken.join('\n')).toMatch(breaks)
  },
  400_000,
)
