import { artifactsByHashes } from '../artifacts/artifact.store.ts'
import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import { unsavedHighlights } from '../reading/unsaved.store.ts'
import { mayHaveFiles } from './holding.store.ts'
import type { Verb } from './log.ts'
import type { Due } from './plan.ts'

/** What the next sync will do, and what it costs. */
export type Preview = {
  operations: { verb: 'add' | 'file' | 'metadata' | 'remove' | 'state'; bookId: string }[]
  /** Bytes of the files that arrive. */
  bytes: number
  /**
   * Downloaded books that may have to be fetched again, because their owner wants it so; their bytes; and how many of them, and of those
   * that leave, may have highlights that are not stored here.
   */
  cost: { refetch: number; bytes: number; unsavedHighlights: number }
}

const WORDS = {
  new: 'add',
  file: 'file',
  metadata: 'metadata',
  removal: 'remove',
  state: 'state',
} as const satisfies Record<Verb, Preview['operations'][number]['verb']>

/** Tells what a sync that sends these operations will do. */
export async function previewOf(
  db: Db,
  device: Pick<Device, 'id' | 'person'>,
  due: readonly Due[],
): Promise<Preview> {
  const arriving = due.filter(({ operation }) => ['new', 'file'].includes(operation.verb))
  const sizes = await artifactsByHashes(
    db,
    arriving.flatMap(({ operation }) => operation.artifact ?? []),
  )
  const bytesOf = ({ operation }: Due): number => sizes.get(operation.artifact ?? '')?.size ?? 0
  const wished = arriving.filter(({ pair, operation }) => {
    return pair.holding.consent !== null || operation.verb === 'file'
  })
  const there = await mayHaveFiles(
    db,
    device.id,
    wished.map(({ operation }) => operation.book),
  )
  const refetched = wished.filter(({ operation }) => there.has(operation.book))
  const endangered = [
    ...refetched,
    ...due.filter(({ operation, pair }) => operation.verb === 'removal' && pair.holding.file),
  ].map(({ operation }) => operation.book)
  const unsaved = await unsavedHighlights(db, device.person, endangered)
  return {
    operations: due.map(({ operation }) => ({
      verb: WORDS[operation.verb],
      bookId: operation.book,
    })),
    bytes: sum(arriving.map(bytesOf)),
    cost: {
      refetch: refetched.length,
      bytes: sum(refetched.map(bytesOf)),
      unsavedHighlights: unsaved.size,
    },
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
