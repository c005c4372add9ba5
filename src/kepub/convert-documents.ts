import { setImmediate } from 'node:timers/promises'
import { convertOne, finished } from './convert-one.ts'
import type { DocumentResult, Task } from './convert-one.ts'
import type { ContentDocument } from './documents.ts'
import { isPoolBusy } from './deflate.ts'
import { takeSecondThread } from './second-thread.ts'
import type { SecondThread } from './second-thread.ts'
import type { ZipArchive } from './zip-read.ts'

/**
 * Converts the documents of an archive, and compresses each while the next is converted: large ones first, since they
 * are compressed longest, and all others in the order in which they stand in the file. Of a book with many documents a second
 * thread takes shares from the end, until both meet; who converts a document makes no difference to it. A document that
 * cannot be converted stays as it is.
 */
export async function convertDocuments(
  archive: ZipArchive,
  documents: readonly ContentDocument[],
  pathOf: (document: ContentDocument) => string,
): Promise<DocumentResult[]> {
  const line = documents
    .map((document, index) => ({ ...document, index, path: pathOf(document) }))
    .sort((one, other) => rank(one) - rank(other))
  const second = line.length < MANY ? undefined : takeSecondThread()
  if (second === undefined) return inOrder(await convertHere(archive, () => line.splice(0)))
  try {
    // The other thread first: this one is busy as soon as it begins.
    const outcomes = await Promise.allSettled([
      convertThere(archive, second, () => takeShare(line, 'back')),
      convertHere(archive, () => takeShare(line, 'front')),
    ])
    return inOrder(
      outcomes.flatMap((outcome) => {
        if (outcome.status === 'rejected') throw outcome.reason
        return outcome.value
      }),
    )
  } finally {
    second.release()
  }
}

type Placed = Task & { index: number }
type Result = DocumentResult & { index: number }

/** From this size on a document goes before smaller ones, and is not given away, in bytes. */
const LARGE = 500_000
/** What one document costs at least, in the bytes that are converted meanwhile. */
const EACH = 2_000
/** What a thread takes at once, in the same measure. */
const SHARE = 150_000
/** So many documents are worth a second thread. Fewer and longer ones keep the other processor busy by being compressed on the pool. */
const MANY = 200
/** How many bytes of documents may wait to be compressed. */
const BACKLOG = 8_000_000
/** What the second thread has before it, so that it never waits for this one. */
const AHEAD = 2

function rank({ entry }: Task): number {
  return entry.size >= LARGE ? -entry.size : entry.dataOffset
}

function inOrder(results: Result[]): DocumentResult[] {
  return results.toSorted((one, other) => one.index - other.index)
}

/** Takes some of what is left, in the order of the file, in which it is read fastest. From the back nothing large. */
function takeShare(line: Placed[], from: 'front' | 'back'): Placed[] {
  const share: Placed[] = []
  for (let cost = 0; cost < SHARE;) {
    const next = line.at(from === 'front' ? 0 : -1)
    if (next === undefined || (from === 'back' && next.entry.size >= LARGE)) break
    cost += EACH + next.entry.size
    share.push(next)
    if (from === 'front') line.shift()
    else line.pop()
  }
  return from === 'front' ? share : share.reverse()
}

/** Converts shares on this thread until there are none. Between two of them answers of the other thread are heard. */
async function convertHere(archive: ZipArchive, take: () => Placed[]): Promise<Result[]> {
  const results: Result[] = []
  const compressing: Promise<void>[] = []
  let backlog = 0
  for (let share = take(); share.length > 0; share = take()) {
    for (const task of share) {
      const { index } = task
      // What the pool has done is heard only now, and only then it is given more.
      if (isPoolBusy()) await setImmediate()
      const result = finished(convertOne(archive, task))
      if (!(result instanceof Promise)) {
        results.push({ ...result, index })
        continue
      }
      compressing.push(result.then((done) => void results.push({ ...done, index })))
      backlog += task.entry.size
      if (backlog < BACKLOG) continue
      await Promise.all(compressing)
      backlog = 0
    }
    await setImmediate()
  }
  await Promise.all(compressing)
  return results
}

/** Lets the second thread convert shares until there are none. */
async function convertThere(
  { file }: ZipArchive,
  second: SecondThread,
  take: () => Placed[],
): Promise<Result[]> {
  const results: Result[] = []
  async function convertShares(): Promise<void> {
    for (let share = take(); share.length > 0; share = take()) {
      const tasks = share.map(({ entry, fixed, path }) => ({ entry, fixed, path }))
      const converted = await second.convert({ fd: file.fd, size: file.size, tasks })
      for (const [at, { index }] of share.entries()) {
        const result = converted[at]
        if (result === undefined) throw new Error('The second thread answered too little.')
        results.push({ ...result, index })
      }
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: AHEAD }, convertShares))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return results
}
