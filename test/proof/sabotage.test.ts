import { expect, test } from 'vitest'
import { soakSpoilt, type Spoilt } from './sabotage.ts'

/** A proof that cannot fail proves nothing: each of these must be noticed within so many schedules. */
const SCHEDULES = 300

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
  {
    what: 'forget the stay',
    edits: [{ file: 'stay.js', from: 'if (since === undefined)', to: 'if (moment)' }],
    breaks: /I\d+:/,
  },
  {
    what: 'acknowledge by position',
    edits: [
      {
        file: 'returned.js',
        from: 'const opened = session.pages === 0;',
        to: "page = (await (await import('./chain.store.js')).newestIssued(tx, device.id)) ?? page; const opened = session.pages === 0;",
      },
    ],
    breaks: /I\d+:/,
  },
  {
    what: 'page numbers instead of random ids after a rollback',
    edits: [
      {
        file: 'turn.js',
        from: "const id = home.random(16).toString('base64url');",
        to: "const id = `${device.id.slice(0, 8)} ${(await (await import('./log.store.js')).lastSeq(tx, device.id)) + 1}`;",
      },
    ],
    breaks: /I\d+:/,
  },
  {
    what: 'per person instead of per device',
    edits: [
      {
        file: 'pair.store.js',
        from: ".on('holding.device', '=', device.id)",
        to: ".on('holding.device', '=', db.selectFrom('device').select('id').where('person', '=', device.person).orderBy('created_at', 'desc').orderBy('id').limit(1))",
      },
    ],
    breaks: /I\d+:/,
  },
  {
    what: 'everything New without a token',
    edits: [
      {
        file: 'fold.js',
        from: "if (stay.state === 'held' && !stay.file) stay.state = 'offered';",
        to: "if (stay.state === 'held') { stay.state = 'offered'; stay.file = false; }",
      },
    ],
    breaks: /I7:/,
  },
  {
    what: 'readiness removes',
    edits: [
      {
        file: 'pair.store.js',
        from: 'wanted: row.shelved_at !== null &&',
        to: 'wanted: row.book_artifact !== null && row.shelved_at !== null &&',
      },
    ],
    breaks: /I3:/,
  },
]

test.each(SABOTAGE)(
  'the schedules notice: $what',
  async ({ edits, breaks }) => {
    expect(await soakSpoilt(edits, SCHEDULES)).toMatch(breaks)
  },
  400_000,
)
