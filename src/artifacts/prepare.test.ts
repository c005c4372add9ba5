import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { closePreparations, counting, prepare } from '../../test/support/preparations.ts'
import { tempHome, type TempHome } from '../../test/support/temp-home.ts'
import {
  addBook,
  addDevice,
  artifactOf,
  janesHome,
  shelve,
} from '../../test/support/wanted-books.ts'
import { sharedWorkers } from '../../test/support/workers.ts'
import { addToShelf } from '../shelves/shelf.store.ts'
import { booksToPrepare, leaseBooks } from './preparation.store.ts'
import { openWorkers } from './workers.ts'

let home: TempHome

beforeEach(async () => {
  home = await janesHome()
})

afterEach(async () => {
  await closePreparations()
  await home.close()
})

test('several workers make several books at once, and each book once', async () => {
  const workers = counting(openWorkers(home.log, { count: 3 }))
  try {
    for (let n = 0; n < 12; n += 1) {
      await addBook(home, `Volume ${n}`)
      await shelve(home, `Volume ${n}`, n)
    }
    await addDevice(home, {})
    const preparation = prepare(home, workers)
    await preparation.quiet()
    expect(await booksToPrepare(home.db.read, home.now(), 20)).toEqual([])
    expect(workers.jobs).toHaveLength(12)
    expect(workers.atOnce).toBe(3)
  } finally {
    await workers.close()
  }
})

test('what a process left behind when it died is taken up at once', async () => {
  await addDevice(home, {})
  await addBook(home, 'Emma')
  await shelve(home, 'Emma')
  await mkdir(join(home.config.artifacts, 'unfinished'))
  await writeFile(join(home.config.artifacts, 'unfinished', 'Emma.1'), 'The te')
  await home.db.transact((tx) => leaseBooks(tx, ['Emma'], 0, home.now() + 60_000))
  await prepare(home).quiet()
  expect(await artifactOf(home, 'Emma')).not.toBe(null)
  expect(await readdir(join(home.config.artifacts, 'unfinished'))).toEqual([])
})

test('how far the preparation has come is told while it runs, over every lane', async () => {
  await addDevice(home, {})
  for (let n = 0; n < 100; n += 1) {
    await addBook(home, `Volume ${n}`)
    await shelve(home, `Volume ${n}`, n)
  }
  const told: string[] = []
  const workers = sharedWorkers()
  const preparation = prepare(home, {
    ...workers,
    make(job, cancel) {
      const now = home.underWay.preparation.told(() => true)
      told.push(now ? `${now.done + now.names.length > 0} of ${now.total}` : 'nothing')
      return workers.make(job, cancel)
    },
  })
  await preparation.quiet()
  expect(told).toHaveLength(100)
  // Only before each lane has taken its first may there seem to be fewer.
  expect(new Set(told.slice(10))).toEqual(new Set(['true of 100']))
  expect(home.underWay.preparation.told(() => true)).toBeUndefined()
})

test('hundreds of books are ready without waiting for a second kick', async () => {
  await addDevice(home, {})
  for (let n = 0; n < 300; n += 1) {
    await addBook(home, `Volume ${n}`)
    await shelve(home, `Volume ${n}`, n)
  }
  const preparation = prepare(home)
  preparation.kick()
  await preparation.quiet()
  expect(await booksToPrepare(home.db.read, home.now(), 10)).toEqual([])
  expect(await home.db.read.selectFrom('artifact').select('hash').execute()).toHaveLength(300)
})

test('a closed preparation has given back what it did not make', async () => {
  await addDevice(home, {})
  for (let n = 0; n < 100; n += 1) {
    await addBook(home, `Volume ${n}`)
    await shelve(home, `Volume ${n}`, n)
  }
  const preparation = prepare(home)
  preparation.kick()
  await preparation.close()
  const rows = await home.db.read.selectFrom('book').select(['artifact', 'lease_until']).execute()
  expect(rows.filter((row) => row.lease_until !== null)).toEqual([])
  preparation.kick()
  await preparation.quiet()
  const later = await home.db.read.selectFrom('book').select(['artifact', 'lease_until']).execute()
  expect(later).toEqual(rows)
})

test('what another process shelves is noticed', async () => {
  const preparation = prepare(home, sharedWorkers(), { others: 5 })
  await preparation.quiet()
  const other = await tempHome({ dataDir: home.config.dataDir })
  await addBook(home, 'Emma')
  await addDevice(home, {})
  await other.db.transact((tx) => addToShelf(tx, 'novels', ['Emma'], 0, 'person'))
  await other.stop()
  await expect.poll(() => artifactOf(home, 'Emma')).not.toBe(null)
})
