import { existsSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newBook, removal } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { kobosOf } from './kobos-of.test-support.ts'

let fake: FakeServer
const { kobo, discardAll } = kobosOf(() => fake)

beforeEach(async () => {
  fake = await startFakeServer()
})

afterEach(async () => {
  discardAll()
  await fake.close()
})

describe('amnesia and time travel', () => {
  test('a factory reset leaves an empty device that signs in again without a token', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    const id = device.deviceId
    device.factoryReset()
    expect(device.contents()).toEqual([])
    expect(device.token()).toBeNull()
    fake.seen.length = 0
    const report = await device.sync()
    expect(report.downloaded).toEqual(['b1'])
    expect(report.covers).toEqual(['b1-cover'])
    expect(fake.seen[0]?.path).toBe('/v1/auth/device')
    expect(device.deviceId).toBe(id)
  })

  test('a restored device is as it was, with its token', async () => {
    fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
    const device = kobo()
    await device.sync()
    const yesterday = device.snapshot()
    fake.pages.push({ operations: [removal('b1')], token: tokenOf(2) })
    await device.sync()
    device.restore(yesterday)
    expect(device.contents()).toMatchObject([{ id: 'b1', downloaded: true, removed: false }])
    expect(device.token()).toBe(tokenOf(1))
    expect(existsSync(device.fileOf('b1'))).toBe(true)
  })

  test('a store token is sent as it is', async () => {
    const device = kobo()
    device.takeStoreToken()
    await device.sync()
    const sync = fake.seen.find((seen) => seen.path === '/v1/library/sync')
    expect(sync?.headers['x-kobo-synctoken']).toContain('.')
  })

  test('the same seed makes the same device', () => {
    expect(kobo({ seed: 3 }).deviceId).toBe(kobo({ seed: 3 }).deviceId)
    expect(kobo({ seed: 3 }).deviceId).not.toBe(kobo({ seed: 4 }).deviceId)
  })
})
