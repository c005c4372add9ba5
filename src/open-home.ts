import { randomBytes } from 'node:crypto'
import { accessSync, constants, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import type { Home } from './home.ts'
import { openLog } from './log.ts'
import { packageRoot } from './package-root.ts'
import { Problem } from './problem.ts'
import { readFormerKeys } from './server-key.ts'
import { settingOnce } from './setting.store.ts'
import { openUnderWay } from './under-way.ts'

/**
 * What a test may replace: the clock (epoch ms), randomness, the log, and how long a transaction waits for another process that
 * is writing (ms).
 */
export type HomeOptions = {
  now?: () => number
  random?: (bytes: number) => Buffer
  log?: Logger
  patience?: number | undefined
}

/**
 * Opens the library at `config.dataDir`: makes missing folders, brings the database up to date, and makes the server's key
 * and the ledger's id the first time. Safe beside a running server. The caller closes `home.db`.
 * Throws `Problem('unavailable')` when a folder cannot be written.
 */
export async function openHome(config: Config, options: HomeOptions = {}): Promise<Home> {
  makeFolders(config)
  migrate(config.database, join(packageRoot(), 'migrations', 'sqlite'))
  const random = options.random ?? randomBytes
  const db = openDatabase(config.database, { patience: options.patience })
  const { key, formerKeys, ledger } = await db.transact(async (tx) => ({
    key: await settingOnce(tx, 'key', random(32).toString('hex')),
    formerKeys: await readFormerKeys(tx),
    ledger: await settingOnce(tx, 'ledger', random(16).toString('base64url')),
  }))
  return {
    config,
    db,
    key: Buffer.from(key, 'hex'),
    formerKeys,
    ledger,
    now: options.now ?? Date.now,
    random,
    log: options.log ?? openLog(config.logLevel),
    underWay: openUnderWay(),
  }
}

function makeFolders(config: Config): void {
  makeFolder(config.dataDir, 0o700)
  makeFolder(config.audits, 0o700)
  for (const folder of [
    config.inbox,
    config.library,
    config.artifacts,
    config.covers,
    config.staging,
    config.quarantine,
    config.trash,
  ])
    makeFolder(folder, 0o755)
}

function makeFolder(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true, mode })
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Problem(
      'unavailable',
      `Holdfast cannot write in its folder “${basename(folder)}”. Please allow that, or name another place in HOLDFAST_DATA_DIR or HOLDFAST_INBOX.`,
      { cause: error },
    )
  }
}
