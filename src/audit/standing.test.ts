import { describe, expect, test } from 'vitest'
import type { BookEntry } from '../sync/book-entry.ts'
import { emma, found, HELD, operation, rowOf } from './emma.test-support.ts'
import type { Standing } from './standing.ts'

describe('a book of the device’s database', () => {
  const taken = [operation(5, 'new', true)]
  const removed = [...HELD, operation(13, 'removal', true)]
  const deleted: BookEntry[] = [
    ...HELD,
    { seq: 13, at: 13_000, kind: 'delete', repeat: false, exclude: true },
  ]
  const table: [string, Standing | undefined, ReturnType<typeof found>][] = [
    ['that is there with its file is ok', 'ok', found(rowOf())],
    [
      'whose file lies in the folder is ok, whatever its row says of the size',
      'ok',
      found(rowOf({ size: 0 }), emma(), { listing: [['emma', 1000]] }),
    ],
    ['of which no artifact is known is ok', 'ok', found(rowOf(), emma({ sizes: new Map() }))],
    [
      'that keeps the artifact it was announced is ok',
      'ok',
      found(rowOf(), emma({ artifact: 'tomorrow' })),
    ],
    [
      'that is there without its file is only entitled',
      'entitledOnly',
      found(rowOf({ downloaded: false, size: 0 }), emma({ entries: taken })),
    ],
    ['that was taken and has no row is lost', 'lost', found(undefined)],
    ['that was never sent is not missed', undefined, found(undefined, emma({ entries: [] }))],
    [
      'that was sent and not taken is not missed',
      undefined,
      found(undefined, emma({ entries: [operation(5, 'new', false)] })),
    ],
    [
      'that its reader removed is not missed',
      undefined,
      found(undefined, emma({ entries: deleted })),
    ],
    [
      'that nobody wants and is not there is nothing',
      undefined,
      found(undefined, emma({ carried: false })),
    ],
    ['whose row is marked as removed is told so', 'removedRow', found(rowOf({ row: 'removed' }))],
    [
      'that was removed as it should is nothing',
      undefined,
      found(rowOf({ row: 'removed' }), emma({ carried: false, entries: removed })),
    ],
    [
      'whose file is not in the folder misses it',
      'fileMissing',
      found(rowOf(), emma(), { listing: [] }),
    ],
    [
      'whose file is cut short misses it',
      'fileMissing',
      found(rowOf(), emma(), { listing: [['emma', 400]] }),
    ],
    ['whose file has no bytes misses it', 'fileMissing', found(rowOf({ size: 0 }))],
    ['whose file is an older artifact is stale', 'staleFile', found(rowOf({ size: 900 }))],
    ['that nobody wants there is an orphan', 'orphan', found(rowOf(), emma({ carried: false }))],
    [
      'without a row in a damaged database could not be read',
      'unread',
      found(undefined, emma(), { reading: { salvaged: true } }),
    ],
  ]
  test.each(table)('%s', (_, standing, finding) => {
    expect(finding?.standing).toBe(standing)
  })
})
