import { expect, test } from 'vitest'
import { deviceById } from '../../src/devices/device.store.ts'
import type { Device } from '../../src/devices/device.ts'
import type { Tx } from '../../src/db/schema.ts'
import { pair } from '../../src/devices/pairing.ts'
import { saveState, statesOf } from '../../src/reading/reading-state.store.ts'
import { createShelf } from '../../src/shelves/shelf.store.ts'
import { recordActivation } from '../../src/sync/activation.ts'
import { headOf } from '../../src/sync/chain.store.ts'
import { recordDelete } from '../../src/sync/deletion.ts'
import { noteFact, recordFact, writeNotes } from '../../src/sync/facts.ts'
import { holdingsOf } from '../../src/sync/holding.store.ts'
import { readLog } from '../../src/sync/log.store.ts'
import { duePairs } from '../../src/sync/due.store.ts'
import { allPairs } from '../../src/sync/pair.store.ts'
import { plan } from '../../src/sync/plan.ts'
import { replay, unnamed } from '../../src/sync/replay.ts'
import { openSession } from '../../src/sync/session.ts'
import { writeToken } from '../../src/sync/token.ts'
import { thinLogs } from '../../src/sync/thin-logs.ts'
import { takeTurn } from '../../src/sync/turn.ts'
import { carry, shelve } from '../../src/sync/wishes.ts'
import { tempHome, type TempHome } from '../support/temp-home.ts'
import { pick, randomFrom } from './random.ts'

const SEEDS = 30
const STEPS = 60
const BOOKS = Array.from({ length: 8 }, (_, n) => `00000000-0000-5000-8000-00000000000${n}`)
const PERSON = '00000000-0000-4000-8000-0000000000aa'

/** What is stored must be what the log means, and the due pairs must be enough: after every step of a random history. */
test('the kept holdings equal the fold of the log, and the plan from what is due equals the plan from everything', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const home = await tempHome({ seed: `stored ledger ${seed}` })
    try {
      await history(home, seed)
    } finally {
      await home.close()
    }
  }
}, 120_000)

async function history(home: TempHome, seed: number): Promise<void> {
  const random = randomFrom(seed)
  await stock(home)
  const { devices, shelves } = await furnish(home)
  const tokens = new Map<string, (string | undefined)[]>(
    devices.map((device) => [device.id, [undefined]]),
  )
  const acts = [
    async (device: Device) => {
      const known = tokens.get(device.id) ?? []
      const token = random() < 0.7 ? known.at(-1) : pick(random, known)
      const turn = await takeTurn(
        home,
        device,
        token,
        () => 9,
        (operation) => JSON.stringify(operation),
      )
      if (random() < 0.8) known.push(turn.token)
    },
    async (device: Device) => openSession(home, device),
    async (device: Device) => recordActivation(home, { id: device.pairing }),
    async (device: Device) => {
      if (random() > 0.15) return
      // The device remembers a page that this server never issued.
      const page = `lost ${Math.floor(random() * 1e6)}`
      const token = writeToken(home.key, { ledger: home.ledger, page })
      await takeTurn(
        home,
        device,
        token,
        () => 9,
        (operation) => JSON.stringify(operation),
      )
    },
    async (_: Device, book: string) => {
      const shelf = pick(random, shelves) ?? ''
      const change = random() < 0.65 ? { add: [book], remove: [] } : { add: [], remove: [book] }
      await home.db.transact((tx) => shelve(tx, home, { shelf, ...change, cause: 'person' }))
    },
    async (device: Device, book: string) =>
      recordFact(home, device, book, { kind: 'download-begun' }),
    async (device: Device, book: string) => noteFact(home, device, book, { kind: 'cover-asked' }),
    async (device: Device, book: string) => {
      const instant = home.now() - Math.floor(random() * 5000)
      await recordFact(home, device, book, {
        kind: 'state',
        instant,
        rev: random() < 0.5 ? 1 : null,
      })
    },
    async (device: Device, book: string) => recordDelete(home, device, book),
    async (device: Device, book: string) => recordFact(home, device, book, { kind: 'consent' }),
    async (device: Device, book: string) => recordFact(home, device, book, { kind: 'listed' }),
    async (device: Device, book: string) => recordFact(home, device, book, { kind: 'unlisted' }),
    async (_: Device, book: string) => edit(home, book),
    async (_: Device, book: string) => readElsewhere(home, book),
    async (_: Device, book: string) => turnDeleted(home, book),
    async () => {
      // What is thinned must not change what is kept; now and then most of it is old.
      if (random() < 0.1) home.setNow(home.now() + 500 * 86_400_000)
      await home.db.transact((tx) => tx.updateTable('device').set({ thinned_at: null }).execute())
      await thinLogs(home, () => false)
    },
    async (device: Device) => {
      const carried = random() < 0.3 ? null : shelves.filter(() => random() < 0.6)
      await home.db.transact((tx) => carry(tx, home, device, carried))
    },
  ]
  let books = BOOKS.slice(0, -1)
  for (let step = 0; step < STEPS; step++) {
    if (step === STEPS / 2) books = BOOKS
    if (step === STEPS / 2) await home.db.transact((tx) => addBook(tx, BOOKS.length - 1))
    home.setNow(home.now() + Math.floor(random() * (random() < 0.05 ? 90_000 : 3000)))
    const device = await deviceById(home.db.read, (pick(random, devices) as Device).id)
    const act = random() < 0.4 ? acts[0] : pick(random, acts)
    if (device) await act?.(device, pick(random, books) ?? '')
    await writeNotes(home)
    for (const each of devices) await expectAgreement(home, each.id, `seed ${seed}, step ${step}`)
  }
}

async function expectAgreement(home: TempHome, id: string, when: string): Promise<void> {
  const db = home.db.read
  const device = await deviceById(db, id)
  if (!device) throw new Error('the device is gone')
  const log = await readLog(db, id)
  const meant = replay(log, await headOf(db, id))
  const kept = await holdingsOf(db, id)
  for (const book of BOOKS)
    expect(kept.get(book) ?? unnamed(log), `${when}, ${book}`).toEqual(
      meant.get(book) ?? unnamed(log),
    )
  const operations = (due: ReturnType<typeof plan>): unknown[] => due.map((each) => each.operation)
  expect(operations(plan(await duePairs(db, device))), when).toEqual(
    operations(plan(await allPairs(db, device))),
  )
}

async function stock(home: TempHome): Promise<void> {
  await home.db.transact(async (tx) => {
    await tx
      .insertInto('person')
      .values({
        id: PERSON,
        name: 'Anna',
        name_key: 'anna',
        owner: 1,
        created_at: 0,
      })
      .execute()
    for (const [n] of BOOKS.slice(0, -1).entries()) await addBook(tx, n)
  })
}

async function addBook(tx: Tx, n: number): Promise<void> {
  await tx
    .insertInto('book')
    .values({
      id: BOOKS[n] ?? '',
      title: `Book ${n}`,
      subtitle: null,
      sort_title: `book ${n}`,
      series: null,
      series_index: null,
      language: null,
      publisher: null,
      published: null,
      published_at: null,
      isbn: null,
      description: null,
      layout: 'reflowable',
      format: 'epub',
      cover_hash: null,
      cover_type: null,
      file_hash: `hash ${n}`,
      file_size: 100,
      path: `${n}.epub`,
      path_key: `${n}.epub`,
      artifact: n === 6 ? null : `hash ${n}`,
      lease_until: null,
      uploader: null,
      added_at: 0,
      changed_at: 0,
      deleted_at: null,
    })
    .execute()
}

async function furnish(home: TempHome): Promise<{ devices: Device[]; shelves: string[] }> {
  const { now, random } = home
  return home.db.transact(async (tx) => {
    const first = await createShelf(tx, { id: 'sofa', person: PERSON, name: 'Sofa', now: now() })
    const second = await createShelf(tx, { id: 'train', person: PERSON, name: 'Train', now: now() })
    const shelves = [first.id, second.id]
    const everything = await pair(tx, {
      person: PERSON,
      name: 'Libra',
      shelves: null,
      now: now(),
      random,
    })
    const some = await pair(tx, {
      person: PERSON,
      name: 'Clara',
      shelves: [first.id],
      now: now(),
      random,
    })
    return { devices: [everything.device, some.device], shelves }
  })
}

async function edit(home: TempHome, book: string): Promise<void> {
  await home.db.transact(async (tx) => {
    const row = await tx
      .selectFrom('book')
      .select('meta_rev')
      .where('id', '=', book)
      .executeTakeFirstOrThrow()
    await tx
      .updateTable('book')
      .set({ meta_rev: row.meta_rev + 1 })
      .where('id', '=', book)
      .execute()
  })
}

async function turnDeleted(home: TempHome, book: string): Promise<void> {
  await home.db.transact(async (tx) => {
    const row = await tx
      .selectFrom('book')
      .select('deleted_at')
      .where('id', '=', book)
      .executeTakeFirstOrThrow()
    await tx
      .updateTable('book')
      .set({ deleted_at: row.deleted_at === null ? home.now() : null })
      .where('id', '=', book)
      .execute()
  })
}

async function readElsewhere(home: TempHome, book: string): Promise<void> {
  await home.db.transact(async (tx) => {
    const state = (await statesOf(tx, PERSON, [book])).get(book)
    const modified = { text: '2026-09-01T12:00:00Z', at: home.now() }
    await saveState(tx, PERSON, {
      book,
      rev: (state?.rev ?? 0) + 1,
      origin: null,
      createdAt: 0,
      modified,
      status: null,
      statistics: null,
      place: null,
    })
  })
}
