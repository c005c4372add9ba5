import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Piscina } from 'piscina'
import type { Logger } from 'pino'
import type { MakeJob, MakeResult } from './make-job.ts'

/** Threads that make artifacts, so that the one that answers requests never does. */
export type Workers = {
  /** How many make something at once. More jobs than that wait for one another. */
  readonly count: number
  /**
   * Makes an artifact. What goes wrong with the book is told by the result, and with the thread by a `Lost`: the thread is
   * replaced, and only this job knows of it. Throws what `make` threw, which is a bug, and the reason of `cancel` when that comes
   * first.
   */
  make(job: MakeJob, cancel: AbortSignal): Promise<MakeResult>
  /** Ends the threads, also one in the middle of something. */
  close(): Promise<void>
}

/** What one job may take. */
export type Limits = {
  /** For converting, and for copying, in ms. */
  convertTime: number
  copyTime: number
  /** What a thread may keep in its heap, in MB. */
  heap: number
}

/** A job whose thread was ended. */
export class Lost extends Error {
  readonly why: 'time' | 'memory' | 'crash'

  constructor(why: Lost['why'], options?: ErrorOptions) {
    super(`The thread was lost: ${why}.`, options)
    this.name = 'Lost'
    this.why = why
  }
}

/** The largest books take seconds, on the smallest machines a minute. */
const LIMITS: Limits = { convertTime: 120_000, copyTime: 600_000, heap: 256 }

/** One worker stays warm. Further ones come with the work, and go when there was none for so long, in ms. */
const IDLE = 20_000

/** What a thread keeps of what lives shortly, in MB. More would only make the process large. */
const YOUNG = 4

/** Below the thread that answers requests. Where the system knows no such thing, it is left out. */
const NICE = 10

/** Opens the workers: one begins to warm up at once, beside whatever the caller does next. */
export function openWorkers(log: Logger, limits: Partial<Limits> = {}): Workers {
  const { convertTime, copyTime, heap } = { ...LIMITS, ...limits }
  const count = Math.max(1, availableParallelism() - 1)
  const pool = new Piscina({
    // In tests this file is TypeScript, and Node runs the worker as that.
    filename: new URL(`make-worker${extname(import.meta.url)}`, import.meta.url).href,
    name: 'make',
    minThreads: 1,
    maxThreads: count,
    idleTimeout: IDLE,
    niceIncrement: NICE,
    recordTiming: false,
    resourceLimits: { maxOldGenerationSizeMb: heap, maxYoungGenerationSizeMb: YOUNG },
  })
  pool.on('error', (error) => log.error({ err: error }, 'A thread that makes artifacts failed.'))
  return {
    count,
    async make(job, cancel) {
      const limit = new AbortController()
      const time = job.how === 'copy' ? copyTime : convertTime
      const timer = setTimeout(() => limit.abort(), time)
      try {
        const signal = AbortSignal.any([limit.signal, cancel])
        const result: MakeResult = await pool.run(job, { signal })
        return result
      } catch (error) {
        cancel.throwIfAborted()
        if (limit.signal.aborted) throw new Lost('time', { cause: error })
        throw lost(error) ?? error
      } finally {
        clearTimeout(timer)
      }
    },
    close: () => pool.destroy(),
  }
}

/** What became of the thread, if the error is not one that `make` threw. */
function lost(error: unknown): Lost | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new Lost('memory', { cause: error })
  return /^worker exited with code|^Terminating worker thread/u.test(error.message)
    ? new Lost('crash', { cause: error })
    : undefined
}
