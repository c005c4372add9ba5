import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { entitlementOf, metadataOf, newBook, removal, stateOf } from './fake-books.test-support.ts'
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

describe('what operations do', () => {
  test('a removal leaves a removed row, takes the file and keeps the cover', async () => {
    fake.pages.push(
      { operations: [newBook(fake, 'b1', 'Alice')], token: tokenOf(1) },
      { operations: [removal('b1'), removal('unknown')], token: tokenOf(2) },
    )
    const device = kobo()
    await device.sync()
    const report = await device.sync()
    expect(report.violations).toEqual([])
    expect(report.operations).toContainEqual({
      kind: 'ChangedEntitlement',
      id: 'b1',
      removed: true,
    })
    expect(report.dropped.map((each) => each.id)).toEqual(['unknown'])
    expect(device.contents()).toMatchObject([{ id: 'b1', removed: true, downloaded: false }])
    expect(existsSync(device.fileOf('b1'))).toBe(false)
    expect(existsSync(device.coverOf('b1'))).toBe(true)
  })

  test.each(['bare', 'container'] as const)('%s metadata renames a known book', async (shape) => {
    const book = newBook(fake, 'b1', 'Alice')
    const metadata = metadataOf(fake, 'b1', 'Alice again', fake.files.get('b1')?.length ?? 0)
    const entitlement = entitlementOf('b1', 'b1', false)
    const value =
      shape === 'bare' ? metadata : { BookEntitlement: entitlement, BookMetadata: metadata }
    fake.pages.push(
      { operations: [book], token: tokenOf(1) },
      { operations: [{ ChangedProductMetadata: value }], token: tokenOf(2) },
    )
    const device = kobo()
    await device.sync()
    expect((await device.sync()).violations).toEqual([])
    expect(device.contents()[0]?.title).toBe('Alice again')
  })

  test('a place reaches a downloaded book and is lost for one that is not downloaded', async () => {
    const at = '2026-03-01T10:00:00Z'
    fake.pages.push(
      {
        operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
        token: tokenOf(1),
      },
      {
        operations: ['b1', 'b2'].map((id) => ({
          ChangedReadingState: { ReadingState: stateOf(id, 40, at) },
        })),
        token: tokenOf(2),
      },
    )
    const device = kobo({ switches: { downloadsPerSync: 1 } })
    await device.sync()
    const report = await device.sync()
    expect(device.contents().map((book) => book.percentRead)).toEqual([40, 0])
    expect(report.dropped).toMatchObject([{ id: 'b2', why: 'the book is not downloaded' }])
  })

  test.each([
    ['harmless', []],
    ['flips-if-size-differs', []],
    ['always-flips', ['b1']],
  ] as const)('announcing a downloaded book again, %s', async (newOnHeld, flips) => {
    const book = newBook(fake, 'b1', 'Alice')
    fake.pages.push(
      { operations: [book], token: tokenOf(1) },
      { operations: [book], token: tokenOf(2) },
    )
    const device = kobo({ switches: { newOnHeld, downloadsPerSync: 0 } })
    await device.sync()
    await device.tap('b1')
    const report = await device.sync()
    expect(report.reannounced).toEqual(['b1'])
    expect(report.flips).toEqual(flips)
    expect(device.contents()[0]?.downloaded).toBe(flips.length === 0)
  })

  test('another size flips a downloaded book, another revision makes it download anew', async () => {
    const file = Buffer.from('PK\u0003\u0004 a longer file than before')
    fake.pages.push({
      operations: [newBook(fake, 'b1', 'Alice'), newBook(fake, 'b2', 'Dracula')],
      token: tokenOf(1),
    })
    const device = kobo()
    await device.sync()
    fake.pages.push({
      operations: [
        newBook(fake, 'b1', 'Alice', { file }),
        newBook(fake, 'b2', 'Dracula', { file, revision: 'r2' }),
      ],
      token: tokenOf(2),
    })
    const report = await device.sync()
    expect(report).toMatchObject({
      flips: ['b1'],
      redelivered: ['b2'],
      downloaded: ['b1', 'b2'],
      violations: [],
    })
    expect(readFileSync(device.fileOf('b2'))).toEqual(file)
  })
})
