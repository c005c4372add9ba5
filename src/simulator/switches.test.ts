import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newBook, removal } from './fake-books.test-support.ts'
import { startFakeServer, tokenOf, type FakeServer } from './fake-server.test-support.ts'
import { impatientAt } from './new-kobo.test-support.ts'
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

describe('doubts about the firmware', () => {
  test.each([
    [true, false],
    [false, true],
  ])('a removed book that is announced again, revived: %s', async (removedRowRevived, removed) => {
    const book = newBook(fake, 'b1', 'Alice')
    fake.pages.push(
      { operations: [book], token: tokenOf(1), more: true },
      { operations: [removal('b1')], token: tokenOf(2), more: true },
      { operations: [book], token: tokenOf(3) },
    )
    const device = kobo({ switches: { removedRowRevived } })
    await device.sync()
    expect(device.contents()).toMatchObject([{ id: 'b1', removed, downloaded: !removed }])
  })

  test.each([
    ['all', [['b1', 'b2']]],
    ['recent', [['b2']]],
    ['open-only', [['b2']]],
    ['nothing', []],
  ] as const)('the annotation list of a device that names %s', async (annotationList, lists) => {
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
      token: tokenOf(1),
    })
    const device = kobo()
    await device.sync()
    await device.close('b2', { percent: 10 })
    device.switches.annotationList = annotationList
    fake.seen.length = 0
    await device.sync()
    const asked = fake.seen.filter((seen) => seen.path.endsWith('checkforchanges'))
    expect(asked.map((seen) => seen.body.match(/b\d/g))).toEqual(lists)
  })

  test.each([
    ['keeps-rows', 1],
    ['drops-rows', 0],
  ] as const)(
    'signing out %s, loses highlights and token, and signs in again',
    async (signOut, rows) => {
      fake.pages.push({ operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) })
      const device = kobo({ switches: { signOut } })
      await device.sync()
      device.highlight('b1', 'mine')
      device.signOut()
      expect(device.contents()).toHaveLength(rows)
      expect(device.highlights('b1')).toEqual([])
      expect(device.token()).toBeNull()
      fake.seen.length = 0
      await device.sync()
      expect(fake.seen[0]?.path).toBe('/v1/auth/device')
    },
  )

  test('a server that does not answer in time interrupts the sync', async () => {
    fake.twists.set('/v1/library/sync', { silent: true })
    const device = kobo()
    const report = await device.sync({ faults: impatientAt(device, '/v1/library/sync', 50) })
    expect(report.interrupted).toEqual({
      at: 'GET /v1/library/sync',
      because: 'there was no answer within 50 ms',
    })
  })
})
