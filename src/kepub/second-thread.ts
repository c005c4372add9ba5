import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { DocumentResult } from './convert-one.ts'
import { unpackResults } from './share.ts'
import type { Share } from './share.ts'
import type { ShareAnswer } from './share-worker.ts'

/** A thread that converts documents beside this one. It does what it is given in order. */
export interface SecondThread {
  /** Throws what went wrong in the thread, which is a bug. */
  convert(share: Share): Promise<DocumentResult[]>
  /** Lets another conversion have it. Nothing may be under way. */
  release(): void
}

/**
 * The second thread, unless another conversion has it, it has not come up yet, or the machine has one processor. The first
 * call starts it for those that follow: nobody waits for it, and it holds no process up. It ends when nobody wanted it for a while.
 */
export function takeSecondThread(): SecondThread | undefined {
  if (PROCESSORS < 2) return undefined
  running ??= start()
  if (running.state !== 'free') return undefined
  const mine = running
  mine.state = 'taken'
  clearTimeout(mine.idle)
  return {
    convert: async (share) => await ask(mine, share),
    release() {
      if (running === mine) becomeFree(mine)
    },
  }
}

const PROCESSORS = availableParallelism()
/** In ms. */
const IDLE = 20_000
/** In MB. What it converts is small, and stays for the length of a share. */
const LIMITS = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 }

interface Running {
  worker: Worker
  state: 'starting' | 'free' | 'taken'
  idle: NodeJS.Timeout | undefined
  /** Those who wait for an answer, in the order in which they asked. */
  waiting: { done(answer: ShareAnswer): void; lost(error: Error): void }[]
}

let running: Running | undefined

function start(): Running {
  // In tests this file is TypeScript, and Node runs the thread as that.
  const file = new URL(`share-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { resourceLimits: LIMITS, name: 'second' })
  worker.unref()
  const started: Running = { worker, state: 'starting', idle: undefined, waiting: [] }
  worker.once('message', () => {
    becomeFree(started)
    worker.on('message', (answer: ShareAnswer) => started.waiting.shift()?.done(answer))
  })
  const end = (error: Error): void => {
    if (running === started) running = undefined
    clearTimeout(started.idle)
    for (const each of started.waiting.splice(0)) each.lost(error)
  }
  worker.once('error', end)
  worker.once('exit', () => end(new Error('The second thread of a conversion ended early.')))
  return started
}

/** From now on somebody may have it, and nobody need. */
function becomeFree(thread: Running): void {
  thread.state = 'free'
  thread.idle = setTimeout(() => {
    // Nobody may take it any more, though it takes a moment to end.
    if (running === thread) running = undefined
    void thread.worker.terminate()
  }, IDLE).unref()
}

async function ask({ worker, waiting }: Running, share: Share): Promise<DocumentResult[]> {
  const answer = await new Promise<ShareAnswer>((done, lost) => {
    waiting.push({ done, lost })
    // While somebody waits the process has to go on.
    worker.ref()
    worker.postMessage(share)
  }).finally(() => {
    if (waiting.length === 0) worker.unref()
  })
  if ('bug' in answer) throw answer.bug
  return unpackResults(answer.packed, share.tasks)
}
