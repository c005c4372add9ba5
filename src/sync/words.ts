import { artifactsByHashes } from '../artifacts/artifact.store.ts'
import type { Artifact } from '../artifacts/artifact.ts'
import type { Book } from '../catalogue/book.ts'
import { booksByIds } from '../catalogue/catalogue.store.ts'
import type { Device } from '../devices/device.ts'
import type { Db } from '../db/schema.ts'
import type { ReadingState } from '../reading/reading-state.ts'
import { statesOf } from '../reading/reading-state.store.ts'
import type { Operation } from './log.ts'
import { PAGE_OPERATIONS } from './page.ts'
import { heldPairs } from './pair.store.ts'
import { carrier, type Due } from './plan.ts'
import { stateFor } from './state-for.ts'

/** What an operation is told with: the book, the artifact it announces and where the person is in it. */
export type About = {
  book: Book
  artifact: Artifact | null
  state: ReadingState | null
  /** The number of the media keys that are given now. */
  mediaNumber: number
}

/** Puts an operation into the words of the wire, as JSON. */
export type Encode = (operation: Operation, about: About) => string

/** The words of as many operations as a page can hold; later ones are planned afresh and need none yet. */
export async function encodeFirst(
  db: Db,
  device: Device,
  mediaNumber: number,
  due: readonly Due[],
  encode: Encode,
): Promise<Map<Due, string>> {
  const first = due.slice(0, PAGE_OPERATIONS)
  const about = await aboutAll(db, device, mediaNumber, first)
  const words = new Map<Due, string>()
  for (const each of first) {
    const of = about(each.operation)
    if (of) words.set(each, encode(each.operation, of))
  }
  for (const each of due.slice(PAGE_OPERATIONS)) words.set(each, '')
  return words
}

/** The one operation that carries a token to a device that has none and to which nothing is due. */
export async function carrying(
  db: Db,
  device: Device,
  mediaNumber: number,
  encode: Encode,
  words: Map<Due, string>,
): Promise<Due[]> {
  const due = carrier(await heldPairs(db, device, 20))
  if (!due) return []
  const of = (await aboutAll(db, device, mediaNumber, [due]))(due.operation)
  if (!of) return []
  words.set(due, encode(due.operation, of))
  return [due]
}

async function aboutAll(
  db: Db,
  device: Device,
  mediaNumber: number,
  due: readonly Due[],
): Promise<(operation: Operation) => About | undefined> {
  const ids = [...new Set(due.map((each) => each.operation.book))]
  const hashes = due.flatMap((each) => (each.operation.artifact ? [each.operation.artifact] : []))
  const books = await booksByIds(db, ids)
  const artifacts = await artifactsByHashes(db, hashes)
  const states = await statesOf(db, device.person, ids)
  for (const { operation } of due) {
    const state = states.get(operation.book)
    const artifact = artifacts.get(operation.artifact ?? '')
    if (state && (operation.verb === 'new' || operation.verb === 'state'))
      states.set(operation.book, await stateFor(db, state, { device: device.id, artifact }))
  }
  return (operation) => {
    const book = books.get(operation.book)
    if (!book) return undefined
    return {
      book,
      artifact: artifacts.get(operation.artifact ?? '') ?? null,
      state: states.get(operation.book) ?? null,
      mediaNumber,
    }
  }
}

/** How long the words are, in bytes. */
export function bytesOf(words: string | undefined): number {
  return words ? Buffer.byteLength(words) : 0
}
