import type { Change } from './sabotage.ts'

/**
 * A rule of sync that is broken on purpose, and the invariants of which one at least must tell. `seed`: the first of a plain range of
 * schedules, near one that notices.
 */
export type Sabotage = { what: string; changes: Change[]; breaks: RegExp; seed: number }

/** What other servers do, and what this one must never do again unnoticed. */
export const SABOTAGES: Sabotage[] = [
  {
    what: 'mark on send',
    changes: [
      {
        file: 'book-entries.store.js',
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
    seed: 1,
  },
  {
    what: 'forget the stay',
    changes: [
      { file: 'stay.js', from: 'if (since === undefined) return true;', to: 'return true;' },
    ],
    breaks: /I4:|I21:/,
    seed: 20_018,
  },
  {
    // A page that was left behind becomes an ancestor of every page that comes after it.
    what: 'acknowledge by position',
    changes: [
      {
        file: 'turn.js',
        from: 'issuePage(tx, home, device, page, returned)',
        to: 'issuePage(tx, home, device, page, await newestIssued(tx, device.id))',
      },
      { file: 'turn.js', from: 'import { headOf,', to: 'import { headOf, newestIssued,' },
    ],
    breaks: /I4:|I7:/,
    seed: 176,
  },
  {
    what: 'page numbers instead of random ids',
    changes: [
      {
        file: 'turn.js',
        from: "const id = home.random(16).toString('base64url');",
        to: `const pages = await tx.selectFrom('page').select('id').where('device', '=', device.id).execute();
             const id = device.id + ':' + (Math.max(0, ...pages.map((each) => Number(each.id.split(':')[1]))) + 1);`,
      },
    ],
    breaks: /I4:|I7:|I21:/,
    seed: 1,
  },
  {
    what: 'per person instead of per device',
    changes: [
      {
        file: 'pair.store.js',
        from: ".on('holding.device', '=', device.id)",
        to: `.on('holding.device', '=', sql\`(select one.device from holding as one join device on device.id = one.device
               where one.book = book.id and device.person = \${device.person} and device.revoked_at is null
               order by one.state = 'held' desc, one.device limit 1)\`)`,
      },
      {
        file: 'holding.store.js',
        from: '.values([...entries.keys()].map((book) => ({ device, book })))',
        to: `.values((await tx.selectFrom('device').select('id').where('person', '=', (own) =>
               own.selectFrom('device as own').select('own.person').where('own.id', '=', device)).execute())
               .flatMap((each) => [...entries.keys()].map((book) => ({ device: each.id, book }))))`,
      },
    ],
    breaks: /I3:|I4:|I5:/,
    seed: 1,
  },
  {
    what: 'everything new without a token',
    changes: [
      {
        file: 'fold.js',
        from: "if (stay.state === 'held' && !stay.file) stay.state = 'offered';",
        to: "if (stay.state !== 'none') { stay.state = 'offered'; stay.file = false; }",
      },
    ],
    breaks: /I7:|I19:/,
    seed: 150,
  },
  {
    what: 'readiness removes',
    changes: [
      {
        file: 'pair.store.js',
        from: 'row.deleted_at === null && !holding.excluded',
        to: 'row.deleted_at === null && row.book_artifact !== null && !holding.excluded',
      },
    ],
    breaks: /I3:/,
    seed: 24,
  },
  {
    what: 'an old audit beats newer facts',
    changes: [
      {
        file: '../audit/place.js',
        from: 'return entries.some((entry) => isAfter(entry, place, said) && overturns(entry, said));',
        to: 'return false;',
      },
    ],
    breaks: /I7:|I4:/,
    seed: 30,
  },
  {
    what: 'heal sends again what is healthy',
    changes: [
      {
        file: '../audit/heal.js',
        from: 'healed.flatMap((finding) => factsOf(finding, place))',
        to: "certificate.findings.map(({ book }) => ({ kind: 'consent', book }))",
      },
    ],
    breaks: /I7:/,
    seed: 1,
  },
]
