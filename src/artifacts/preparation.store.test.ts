import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { closePreparations, prepare } from '../../test/support/preparations.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import {
  addBook,
  addDevice,
  artifactOf,
  janesHome,
  shelve,
} from '../../test/support/wanted-books.ts'
import { deleteBook } from '../catalogue/change-book.store.ts'
import { createShelf } from '../shelves/shelf.store.ts'
import { booksToPrepare, isPreparing, leaseBooks } from './preparation.store.ts'

let home: TempHome

beforeEach(async () => {
  home = await janesHome()
})

afterEach(async () => {
  await closePreparations()
  await home.close()
})

describe('nothing is prepared', () => {
  test.each([
    ['without a device', undefined],
    ['for a device that carries other shelves', { shelves: ['empty'] }],
    ['for a paused device', { paused: 1 as const }],
    ['for a revoked device', { revoked_at: 5 }],
  ])('%s', async (_, device) => {
    await home.db.transact((tx) =>
      createShelf(tx, { id: 'empty', person: 'jane', name: 'Empty', now: 0 }),
    )
    await addBook(home, 'Emma')
    await shelve(home, 'Emma')
    if (device) await addDevice(home, device)
    await prepare(home).quiet()
    expect(await artifactOf(home, 'Emma')).toBe(null)
    expect(await isPreparing(home.db.read, 'Emma')).toBe(false)
  })

  test('of a book that is on no shelf or was deleted', async () => {
    await addDevice(home, {})
    await addBook(home, 'Emma')
    await addBook(home, 'Persuasion')
    await shelve(home, 'Persuasion')
    await home.db.transact((tx) => deleteBook(tx, 'Persuasion', 1))
    await prepare(home).quiet()
    expect(await artifactOf(home, 'Emma')).toBe(null)
    expect(await artifactOf(home, 'Persuasion')).toBe(null)
  })
})

test('what was shelved last comes first', async () => {
  await addDevice(home, { shelves: ['novels'] })
  for (const [title, at] of [
    ['Old', 10],
    ['New', 30],
    ['Middle', 20],
  ] as const) {
    await addBook(home, title)
    await shelve(home, title, at)
  }
  const waiting = await booksToPrepare(home.db.read, 0, 2)
  expect(waiting.map((book) => book.id)).toEqual(['New', 'Middle'])
})

test('a leased book is left to whoever took it until the lease ends', async () => {
  await addDevice(home, {})
  await addBook(home, 'Emma')
  await shelve(home, 'Emma')
  await home.db.transact(async (tx) => {
    expect(await leaseBooks(tx, ['Emma'], 0, 100)).toEqual(['Emma'])
    expect(await leaseBooks(tx, ['Emma'], 99, 200)).toEqual([])
  })
  expect(await booksToPrepare(home.db.read, 99, 10)).toEqual([])
  expect(await booksToPrepare(home.db.read, 100, 10)).toMatchObject([{ id: 'Emma' }])
})
