import { readKoboFile } from './kobo-file.ts'
import type { Reading } from './reading.ts'
import { Refused, type Refusal } from './refusal.ts'

// This is a process of its own: it may be killed at any moment, and whatever a file does to it, it does to nobody else.

/** What the reader is asked. `books`: the ids of ours, for which alone anything is told. */
export type ReadJob = { path: string; books: readonly string[] }

/** What it answers. */
export type ReadAnswer = { reading: Reading } | { refused: Refusal }

process.once('message', (job: ReadJob) => {
  process.send?.(answerTo(job), () => process.exit())
})

// Nobody waits for the answer any more.
process.once('disconnect', () => process.exit())

function answerTo({ path, books }: ReadJob): ReadAnswer {
  try {
    return { reading: readKoboFile(path, new Set(books)) }
  } catch (error) {
    if (error instanceof Refused) return { refused: error.why }
    throw error
  }
}
