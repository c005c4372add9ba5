import Sqlite from 'better-sqlite3'
import { Kysely, SqliteDialect, type KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Schema } from '../db/schema.ts'
import type { Device } from '../devices/device.ts'
import { pair } from '../devices/pairing.ts'
import { createShelf } from '../shelves/shelf.store.ts'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import { readContents, type Content } from './contents.ts'
import type { Place } from './contents.store.ts'
import { recordFact } from './facts.ts'
import { tellTimes } from './tell-time.ts'
import { STATUSES } from './status.ts'
import { takeTurn } from './turn.ts'
import { shelve } from './wishes.ts'

const BOOKS = 5000
const PERSON = '00000000-0000-4000-8000-0000000000aa'
const ids = Array.from({ length: BOOKS }, (_, n) => bookId(n))

let home: TempHome
let device: Device

beforeAll(async () => {
  home = await tempHome()
  device = await furnish()
  let token: string | undefined
  for (let more = true; more;) {
    const turn = await takeTurn(
      home,
      device,
      token,
      () => 9,
      (each) => JSON.stringify(each),
    )
    ;({ token, more } = turn)
  }
  await takeTurn(
    home,
    device,
    token,
    () => 9,
    (each) => JSON.stringify(each),
  )
  for (const book of [7, 70, 4700])
    for (const kind of ['listed', 'unlisted'] as const)
      await recordFact(home, device, bookId(book), { kind })
}, 120_000)

afterAll(() => home.close())

test('a part of fifty of five thousand books takes a few queries and reads the entries of fifty', async () => {
  for (const after of [undefined, { sortTitle: 'book 2500', id: bookId(2500) }]) {
    const { db, seen } = counting()
    const { items, next } = await readContents(db, device, { limit: 50, after }, tell())
    expect(items).toHaveLength(50)
    expect(next).not.toBe(null)
    expect(seen.queries).toBeLessThanOrEqual(6)
    expect(seen.rows).toBeLessThan(250)
  }
})

test('a filter reads the entries of books that may have the status, and of no others', async () => {
  const { db, seen } = counting()
  const asked = { limit: 50, statuses: ['doubtful'] as const }
  const { items, next } = await readContents(db, device, asked, tell())
  expect(items.map(({ bookId }) => bookId)).toEqual([bookId(7), bookId(70), bookId(4700)])
  expect(next).toBe(null)
  expect(seen.queries).toBeLessThanOrEqual(7)
  expect(seen.rows).toBeLessThan(100)
  const none = counting()
  const orphans = await readContents(none.db, device, { limit: 50, statuses: ['orphan'] }, tell())
  expect([orphans.items, none.seen.rows]).toEqual([[], 0])
})

test('the log is read by its indexes, and the contents in the order of titles', async () => {
  const { db, plans } = explaining()
  await readContents(db, device, { limit: 50 }, tell())
  await readContents(db, device, { limit: 50, statuses: ['doubtful'] }, tell())
  const steps = plans.flatMap((plan) => plan)
  expect(steps.filter((step) => step.endsWith('USING PRIMARY KEY (device=?)'))).toEqual([])
  expect(steps.filter((step) => step.startsWith('SCAN') && !step.includes('USING'))).toEqual([])
  expect(steps.join('\n')).toContain('log_of_book (device=? AND book=?)')
  expect(steps.join('\n')).toContain('book_by_sort_title')
  expect(steps.join('\n')).toContain('book_deleted_by_sort_title')
})

test('the parts are the whole, and the statuses divide it', async () => {
  const whole = await everything()
  expect(whole.map(({ bookId }) => bookId)).toEqual([...ids])
  const apart: Content[] = []
  for (const status of STATUSES) apart.push(...(await everything([status])))
  const byId = (one: Content, other: Content): number => (one.bookId < other.bookId ? -1 : 1)
  expect(apart.sort(byId)).toEqual(whole.sort(byId))
})

async function everything(statuses?: readonly Content['status'][]): Promise<Content[]> {
  const items: Content[] = []
  for (let after: Place | undefined; ;) {
    const part = await readContents(home.db.read, device, { limit: 500, after, statuses }, tell())
    items.push(...part.items)
    if (!part.next) return items
    after = part.next
  }
}

function tell() {
  return tellTimes(home.now(), 'UTC')
}

/** The reading connection, with a count of its queries and of the rows they gave. */
function counting() {
  const seen = { queries: 0, rows: 0 }
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      seen.queries += 1
      seen.rows += result.rows.length
      return result
    },
  }
  return { db: home.db.read.withPlugin(plugin), seen }
}

/** A connection of its own that keeps how SQLite goes about each query. */
function explaining() {
  const sqlite = new Sqlite(home.config.database, { readonly: true })
  const plans: string[][] = []
  const db = new Kysely<Schema>({
    dialect: new SqliteDialect({ database: sqlite }),
    log: ({ level, query }) => {
      if (level !== 'query') return
      const steps = sqlite.prepare(`explain query plan ${query.sql}`).all(...query.parameters)
      plans.push((steps as { detail: string }[]).map(({ detail }) => detail))
    },
  })
  return { db, plans }
}

function bookId(n: number): string {
  return `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`
}

async function furnish(): Promise<Device> {
  const now = home.now()
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
    for (let start = 0; start < BOOKS; start += 250)
      await tx
        .insertInto('book')
        .values(ids.slice(start, start + 250).map((id, index) => bookRow(id, start + index)))
        .execute()
    const { id: shelf } = await createShelf(tx, { id: 'sofa', person: PERSON, name: 'Sofa', now })
    await shelve(tx, home, { shelf, add: ids, remove: [], cause: 'person' })
    const { random } = home
    const paired = await pair(tx, { person: PERSON, name: 'Libra', shelves: null, now, random })
    return paired.device
  })
}

function bookRow(id: string, n: number) {
  const name = `book ${String(n).padStart(4, '0')}`
  return {
    id,
    title: name,
    sort_title: name,
    layout: 'reflowable' as const,
    format: 'epub' as const,
    file_hash: `hash ${n}`,
    file_size: 100,
    path: `${n}.epub`,
    path_key: `${n}.epub`,
    artifact: `hash ${n}`,
    added_at: 0,
    changed_at: 0,
  }
}
