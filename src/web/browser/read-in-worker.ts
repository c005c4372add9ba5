import type { AuditAnswer, AuditEnd, AuditJob } from './audit-job.ts'

/** How long a database may take, in ms. */
const LIMIT = 120_000

const LATE = 'This database could not be read here: it took too long.'

const ENDED = 'This browser could not read the database.'

/** Has a worker read a database. */
export function readInWorker(job: AuditJob, tell: (progress: string) => void): Promise<AuditEnd> {
  return new Promise((resolve) => {
    const address = new URL('./audit-worker.js', import.meta.url)
    const worker = new Worker(address, { type: 'module' })
    const end = (answer: AuditEnd): void => {
      clearTimeout(timer)
      worker.terminate()
      resolve(answer)
    }
    const timer = setTimeout(() => end({ failed: LATE }), LIMIT)
    worker.addEventListener('error', () => end({ failed: ENDED }))
    worker.addEventListener('messageerror', () => end({ failed: ENDED }))
    worker.addEventListener('message', ({ data }: MessageEvent<AuditAnswer>) => {
      if ('progress' in data) tell(data.progress)
      else end(data)
    })
    worker.postMessage(job)
  })
}
