import { firmwareIn } from '../../audit/firmware.ts'
import { Refused, SENTENCES } from '../../audit/refusal.ts'
import type { AuditAnswer, AuditEnd, AuditJob } from './audit-job.ts'
import { loadSqlite, READ_LIMIT, readBytes } from './sqlite.ts'

// This is a worker: the page stays responsive while it reads, and may end it at any moment.

/** A `version` is a line. */
const VERSION_LIMIT = 10_000

const ROWS = 1000

self.addEventListener('message', ({ data }: MessageEvent<AuditJob>) => {
  answerTo(data).then(say, (error: unknown) => {
    // What nobody foresaw is told to the page as an error of its worker.
    reportError(error)
  })
})

function say(answer: AuditAnswer): void {
  self.postMessage(answer)
}

async function answerTo(job: AuditJob): Promise<AuditEnd> {
  const { books, database, wal, listing, version, takenAt } = job
  if (database.size + (wal?.size ?? 0) > READ_LIMIT)
    return {
      failed: `Databases of more than ${READ_LIMIT / 1_000_000} MB are not read in the browser.`,
    }
  say({ progress: 'Getting ready…' })
  const sqlite = await loadSqlite()
  const bytes = { database: await bytesOf(database), wal: wal && (await bytesOf(wal)) }
  const firmware =
    version && version.size <= VERSION_LIMIT ? firmwareIn(await version.text()) : null
  try {
    return {
      body: JSON.stringify({
        ...readBytes(sqlite, bytes, books, counting()),
        kepub: listing && listing.filter(({ name }) => books.has(name)),
        firmware,
        ...(takenAt !== null && { takenAt }),
      }),
    }
  } catch (error) {
    if (error instanceof Refused) return { failed: SENTENCES[error.why] }
    throw error
  }
}

function counting(): () => void {
  let rows = 0
  return () => {
    rows += 1
    if (rows % ROWS === 0) say({ progress: `Reading: ${rows} rows so far…` })
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer())
}
