import { fork } from 'node:child_process'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { Problem } from '../problem.ts'
import type { ReadJob } from './audit-reader.ts'
import { Reading } from './reading.ts'
import { REFUSALS, SENTENCES } from './refusal.ts'

/** What reading one database may take: the time in ms, and the heap in MB. */
export type ReadLimits = { time: number; heap: number }

const LIMITS: ReadLimits = { time: 30_000, heap: 192 }

/**
 * Reads the device's database at `path`, a private copy, in a process of its own that is killed when it takes too long or too much.
 * `books` are the ids of ours; of nothing else in it anything is told. Throws `Problem('invalid')` with one sentence.
 */
export async function readDatabase(
  path: string,
  books: readonly string[],
  limits: Partial<ReadLimits> = {},
): Promise<Reading> {
  const { time, heap } = { ...LIMITS, ...limits }
  const answer = Answer.safeParse(await ask({ path, books }, time, heap))
  // A reader that says nothing sensible was taken over or ended by what it read.
  if (!answer.success) throw new Problem('invalid', ENDED)
  if ('refused' in answer.data) throw new Problem('invalid', SENTENCES[answer.data.refused])
  return answer.data.reading
}

const Answer = z.union([
  z.strictObject({ reading: Reading }),
  z.strictObject({ refused: z.enum(REFUSALS) }),
])

const ENDED = 'This database could not be read: reading it came to no end that can be trusted.'

const LATE = 'This database could not be read: it took too long.'

function ask(job: ReadJob, time: number, heap: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // In tests this file is TypeScript, and Node runs the reader as that.
    const url = new URL(`audit-reader${extname(import.meta.url)}`, import.meta.url)
    const reader = fork(fileURLToPath(url), [], {
      execArgv: [`--max-old-space-size=${heap}`],
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      reader.kill('SIGKILL')
      settle()
    }
    const timer = setTimeout(() => end(() => reject(new Problem('invalid', LATE))), time)
    reader.once('message', (answer) => end(() => resolve(answer)))
    reader.once('error', (error) => end(() => reject(error)))
    reader.once('exit', () => end(() => resolve(undefined)))
    reader.send(job, (error) => {
      if (error) end(() => resolve(undefined))
    })
  })
}
