import { parentPort } from 'node:worker_threads'
import { convertOne, finished } from './convert-one.ts'
import type { DocumentResult } from './convert-one.ts'
import { windowOf } from './file-window.ts'
import { packResults } from './share.ts'
import type { PackedResults, Share } from './share.ts'

// The second thread of second-thread.ts. It runs from dist/ or, in tests, from the source: nothing here may import what Node cannot run as it is.

/** What this thread answers to each share: its results, or the bug that there was. */
export type ShareAnswer = { packed: PackedResults } | { bug: unknown }

/** Shares are answered in the order in which they came, by which the other side tells them apart. */
let before = Promise.resolve()

parentPort?.on('message', (share: Share) => {
  before = before.then(() => answer(share))
})
parentPort?.postMessage('ready')

async function answer(share: Share): Promise<void> {
  try {
    const packed = packResults(await convertShare(share))
    const answered: ShareAnswer = { packed }
    parentPort?.postMessage(answered, [packed.data.buffer, packed.numbers.buffer])
  } catch (bug) {
    parentPort?.postMessage({ bug } satisfies ShareAnswer)
  }
}

async function convertShare({ fd, size, tasks }: Share): Promise<DocumentResult[]> {
  const file = windowOf(fd, size)
  const begun = tasks.map(({ entry, ...task }) =>
    // What was copied to this thread is no Buffer any more.
    convertOne({ file }, { ...task, entry: { ...entry, rawName: Buffer.from(entry.rawName) } }),
  )
  return await Promise.all(begun.map(async (each) => await finished(each)))
}
