import { createHash } from 'node:crypto'
import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import { migrate } from '../../src/db/migrate.ts'
import { openDatabase } from '../../src/db/open.ts'
import type { Home } from '../../src/home.ts'
import { openUnderWay } from '../../src/under-way.ts'

/** A home in a folder of its own, with a clock that stands still until it is set and repeatable randomness. */
export type TempHome = Home & {
  /** Sets the clock, in epoch ms. */
  setNow(now: number): void
  /** Closes the database and removes the folder. */
  close(): Promise<void>
  /** Closes the database and keeps the folder, as the end of a process does. */
  stop(): Promise<void>
}

/** What a temporary home may be given instead of its own: an inbox elsewhere, or the folder of one that was stopped. */
export type TempHomeOptions = {
  inbox?: string
  dataDir?: string
  seed?: string
  publicUrl?: string
}

/** 2026-09-01T12:00:00Z, when every temporary home begins. */
export const START = Date.UTC(2026, 8, 1, 12)

/** A migrated database and empty folders in a new temporary folder. The caller closes it. */
export async function tempHome(options: TempHomeOptions = {}): Promise<TempHome> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'holdfast-test-')))
  const config = readConfig({
    HOLDFAST_DATA_DIR: dataDir,
    HOLDFAST_INBOX: options.inbox,
    HOLDFAST_PUBLIC_URL: options.publicUrl,
    HOLDFAST_LOG_LEVEL: 'silent',
    HOLDFAST_HOST: '127.0.0.1',
    HOLDFAST_PORT: '0',
  })
  const { inbox, library, artifacts, covers, staging, quarantine, trash } = config
  for (const folder of [inbox, library, artifacts, covers, staging, quarantine, trash])
    await mkdir(folder, { recursive: true })
  migrate(config.database, MIGRATIONS)
  const db = openDatabase(config.database)
  let now = START
  return {
    config,
    db,
    key: createHash('sha256').update('the key of a test').digest(),
    formerKeys: [],
    ledger: '00000000-0000-4000-8000-000000000001',
    now: () => now,
    random: seededRandom(options.seed ?? 'holdfast'),
    underWay: openUnderWay(),
    log: pino({ level: 'silent' }),
    setNow(to) {
      now = to
    },
    async close() {
      await db.close()
      await rm(dataDir, { recursive: true, force: true })
    },
    stop: () => db.close(),
  }
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations/sqlite', import.meta.url))

/** Bytes that are the same for the same seed and the same order of asking. */
function seededRandom(seed: string): (bytes: number) => Buffer {
  let asked = 0
  return (bytes) => {
    asked += 1
    const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, block) =>
      createHash('sha256').update(`${seed} ${asked} ${block}`).digest(),
    )
    return Buffer.concat(blocks).subarray(0, bytes)
  }
}
