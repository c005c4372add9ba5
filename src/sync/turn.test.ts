import { afterEach, beforeEach, expect, test } from 'vitest'
import { pick, randomFrom } from '../../test/invariants/random.ts'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import type { Device } from '../devices/device.ts'
import { pair } from '../devices/pairing.ts'
import { createShelf } from '../shelves/shelf.store.ts'
import type { Operation } from './log.ts'
import { PAGE_OPERATIONS } from './page.ts'
import { allPairs } from './pair.store.ts'
import { plan } from './plan.ts'
import { hearToken } from './returned.ts'
import { currentSession, openSession } from './session.ts'
import { takeTurn } from './turn.ts'
import { shelve } from './wishes.ts'

const PERSON = '00000000-0000-4000-8000-0000000000aa'
const BOOKS = Array.from(
  { length: 1200 },
  (_, n) => `00000000-0000-5000-8000-${String((n * 7919) % 99_991).padStart(12, '0')}`,
)

let home: TempHome
let device: Device
beforeEach(async () => {
  home = await tempHome()
  device = await furnish()
})
afterEach(async () => {
  await home.close()
})

test('each page of a large library holds what comes first of everything that is due, while the library changes', async () => {
  const random = randomFrom(7)
  let token: string | undefined
  let pages = 0
  for (let sync = 0; sync < 3; sync++) {
    await openSession(home, device)
    if (sync === 1) await changeAll()
    let budget: number | undefined
    let sent = 0
    for (let more = true; more; pages++) {
      const due = await everythingDue(token)
      const turn = await takeTurn(
        home,
        device,
        token,
        () => 1,
        (operation) => JSON.stringify(operation),
      )
      const operations = turn.operations.map((text): unknown => JSON.parse(text))
      expect(operations, `page ${pages}`).toEqual(due.slice(0, PAGE_OPERATIONS))
      budget ??= due.length
      sent += operations.length
      expect(turn.more, `page ${pages}`).toBe(due.length > PAGE_OPERATIONS && sent < budget)
      more = turn.more
      token = turn.token
      for (let n = 0; n < 30; n++) await change(pick(random, BOOKS) ?? '', random())
    }
  }
  expect(pages).toBeGreaterThan(12)
  expect(await settledBooks()).toBeGreaterThan(900)
}, 60_000)

/** What the next turn with this token should send first, planned from every pair; nothing is changed. */
async function everythingDue(token: string | undefined): Promise<Operation[]> {
  const onlyLooked = new Error('only looked')
  let due: Operation[] = []
  const looking = home.db.transact(async (tx) => {
    const session = await currentSession(tx, home, device.id)
    await hearToken(tx, home, device, token, session)
    due = plan(await allPairs(tx, device)).map((each) => each.operation)
    throw onlyLooked
  })
  await expect(looking).rejects.toBe(onlyLooked)
  return due
}

async function settledBooks(): Promise<number> {
  const due = await home.db.read.selectFrom('due').select('book').execute()
  return BOOKS.length - due.length
}

/** Everything is edited, so that much more than a page is due before and beside the books that are prepared only now. */
async function changeAll(): Promise<void> {
  await home.db.transact(async (tx) => {
    await tx
      .updateTable('book')
      .set((row) => ({ meta_rev: row('meta_rev', '+', 1) }))
      .execute()
    await tx.updateTable('book').set({ artifact: 'late' }).where('artifact', 'is', null).execute()
  })
}

async function change(book: string, how: number): Promise<void> {
  home.setNow(home.now() + 1)
  if (how < 0.4) {
    await home.db.transact((tx) =>
      tx
        .updateTable('book')
        .set((row) => ({ meta_rev: row('meta_rev', '+', 1) }))
        .where('id', '=', book)
        .execute(),
    )
  } else if (how < 0.5) {
    await home.db.transact((tx) =>
      tx.updateTable('book').set({ deleted_at: home.now() }).where('id', '=', book).execute(),
    )
  } else if (how < 0.7) {
    await home.db.transact((tx) =>
      tx.updateTable('book').set({ artifact: 'late' }).where('id', '=', book).execute(),
    )
  } else {
    const [add, remove] = how < 0.9 ? [[book], []] : [[], [book]]
    const shelf = how < 0.85 ? 'sofa' : 'train'
    await home.db.transact((tx) => shelve(tx, home, { shelf, add, remove, cause: 'person' }))
  }
}

/** One person with two shelves, both carried by one device; a fifth of the books is not prepared yet. */
async function furnish(): Promise<Device> {
  const { now, random } = home
  return home.db.transact(async (tx) => {
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
    for (const [n, id] of BOOKS.entries())
      await tx
        .insertInto('book')
        .values({
          id,
          title: `Book ${n}`,
          sort_title: `book ${n}`,
          layout: 'reflowable',
          format: 'epub',
          file_hash: `hash ${n}`,
          file_size: 100,
          path: `${n}.epub`,
          path_key: `${n}.epub`,
          artifact: n % 5 === 3 ? null : `hash ${n}`,
          added_at: 0,
          changed_at: 0,
        })
        .execute()
    for (const [id, name] of [
      ['sofa', 'Sofa'],
      ['train', 'Train'],
    ] as const)
      await createShelf(tx, { id, person: PERSON, name, now: now() })
    // Many are shelved in the same moment.
    await tx
      .insertInto('shelf_book')
      .values(
        BOOKS.map((book, n) => ({
          shelf: n % 5 === 0 ? 'train' : 'sofa',
          book,
          shelved_at: now() - (n % 40),
          cause: 'person' as const,
        })),
      )
      .execute()
    return (await pair(tx, { person: PERSON, name: 'Libra', shelves: null, now: now(), random }))
      .device
  })
}
