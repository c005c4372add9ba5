import { expect, test } from 'vitest'
import { soakSpoilt, type Spoilt } from './sabotage.ts'

/** A proof that cannot fail proves nothing: each of these must be noticed within so many schedules. */
const SCHEDULES = 20

const SABOTAGE: { what: string; edits: Spoilt[]; breaks: RegExp }[] = [
  {
    what: 'mark on send',
    edits: [
      {
        file: 'holding.store.js',
        from: 'const acknowledged = row.on_chain === 1;',
        to: 'const acknowledged = true;',
      },
      {
        file: 'replay.js',
        from: 'const acknowledged = chain.has(entry.page);',
        to: 'const acknowledged = true;',
      },
    ],
    breaks: /I1:|I4:/,
  },
]

test.each(SABOTAGE)(
  'the schedules notice: $what',
  async ({ edits, breaks }) => {
    expect(await soakSpoilt(edits, SCHEDULES)).toMatch(breaks)
  },
  400_000,
)
