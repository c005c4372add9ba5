import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { CompiledQuery, Kysely, SqliteDialect, type DatabaseConnection, type Driver } from 'kysely'
import { Problem } from '../problem.ts'
import { storageProblem } from '../storage-problem.ts'
import type { Db, Schema, Tx } from './schema.ts'

/** How long a transaction waits for another process that is writing, in ms. */
const WRITE_PATIENCE = 15_000

/** The open database: a read-only connection for everything that only looks, and transactions for everything that writes. */
export type Database = {
  /** Reads see the last commit and never wait for a writer. Using it inside `transact` throws: use the transaction there. */
  readonly read: Db
  /**
   * Runs one decision as one transaction (`begin immediate`), one at a time in this process. What `decide` awaits may only be
   * queries of its own transaction. Throws `Problem('unavailable')` when another process keeps the database locked for too long, or
   * when the disk is full or cannot be written; nothing is changed then.
   */
  transact<T>(decide: (tx: Tx) => Promise<T>): Promise<T>
  /** Runs a decision in the same way and takes everything back: what would come of it, without doing it. */
  rehearse<T>(decide: (tx: Tx) => Promise<T>): Promise<T>
  /** A number that changes when anybody has committed, this process or another. Cheap. */
  commits(): number
  close(): Promise<void>
}

/**
 * Opens the SQLite file at `path` in WAL mode with `synchronous=FULL`; the file must have been migrated (`migrate`). `patience`: how
 * long a transaction waits for another process that is writing, in ms.
 */
export function openDatabase(
  path: string,
  { patience = WRITE_PATIENCE }: { patience?: number | undefined } = {},
): Database {
  const inside = new AsyncLocalStorage<true>()
  const writer = connect(path, {})
  const reader = connect(path, { readonly: true })
  const write = new Kysely<Schema>({ dialect: new ImmediateDialect(writer, patience) })
  const read = new Kysely<Schema>({
    dialect: new SqliteDialect({
      database: preparing(reader, () => {
        if (inside.getStore())
          throw new Error(
            'The outer database handle was used inside a transaction: pass the transaction on.',
          )
      }),
    }),
  })
  let last: Promise<unknown> = Promise.resolve()

  const database: Database = {
    read,
    async rehearse<T>(decide: (tx: Tx) => Promise<T>): Promise<T> {
      let outcome: { value: T } | undefined
      try {
        await database.transact(async (tx) => {
          outcome = { value: await decide(tx) }
          throw new TakenBack()
        })
      } catch (error) {
        if (!(error instanceof TakenBack)) throw error
      }
      if (!outcome) throw new Error('A rehearsal ended without an outcome.')
      return outcome.value
    },
    transact(decide) {
      if (inside.getStore())
        throw new Error('A transaction was begun inside a transaction: pass the transaction on.')
      const mine = last
        .then(() => inside.run(true, () => write.transaction().execute(decide)))
        .catch((error: unknown) => {
          throw storageProblem(error) ?? error
        })
      last = mine.catch(() => undefined)
      return mine
    },
    commits: () => Number(reader.pragma('data_version', { simple: true })),
    async close() {
      await last
      await read.destroy()
      await write.destroy()
      if (reader.open) reader.close()
      if (writer.open) writer.close()
    },
  }
  return database
}

/** Ends a transaction that was only a rehearsal. */
class TakenBack extends Error {}

function connect(path: string, options: Sqlite.Options): Sqlite.Database {
  // No waiting inside SQLite: its wait would block the event loop. Only `begin immediate` can meet a lock, and waits outside.
  const connection = new Sqlite(path, { ...options, timeout: 0 })
  if (!options.readonly) connection.pragma('journal_mode = WAL')
  connection.pragma('synchronous = FULL')
  connection.pragma('foreign_keys = ON')
  connection.pragma('cache_size = -3000')
  return connection
}

/** The most text of statements that are kept prepared, in characters. Prepared, a statement is about ten times as large. */
const PREPARED_TEXT = 500_000

/** A connection that prepares each statement once, and calls `check` before each use. */
function preparing(connection: Sqlite.Database, check = (): void => {}) {
  const statements = new Map<string, Sqlite.Statement>()
  let text = 0
  return {
    close: () => connection.close(),
    prepare(sql: string) {
      check()
      const known = statements.get(sql)
      if (known) return known
      if (text + sql.length > PREPARED_TEXT) {
        statements.clear()
        text = 0
      }
      const made = connection.prepare(sql)
      statements.set(sql, made)
      text += sql.length
      return made
    },
  }
}

/** SQLite with transactions that take the write lock at once, so that no transaction fails half-way with SQLITE_BUSY_SNAPSHOT. */
class ImmediateDialect extends SqliteDialect {
  readonly #connection: Sqlite.Database
  readonly #patience: number

  constructor(connection: Sqlite.Database, patience: number) {
    super({ database: preparing(connection) })
    this.#connection = connection
    this.#patience = patience
  }

  override createDriver(): Driver {
    const driver = super.createDriver()
    driver.beginTransaction = (connection) => beginImmediate(connection, this.#patience)
    const rollback = driver.rollbackTransaction.bind(driver)
    driver.rollbackTransaction = async (connection) => {
      // On a full disk SQLite has rolled back by itself, and to do it again would be another error.
      if (this.#connection.inTransaction) await rollback(connection)
    }
    return driver
  }
}

async function beginImmediate(connection: DatabaseConnection, patience: number): Promise<void> {
  const until = Date.now() + patience
  for (let pause = 2; ; pause = Math.min(pause * 2, 50)) {
    try {
      await connection.executeQuery(CompiledQuery.raw('begin immediate'))
      return
    } catch (error) {
      if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY'))
        throw error
      if (Date.now() > until)
        throw new Problem(
          'unavailable',
          'The database is busy with another program. Please try again.',
          { cause: error },
        )
      await wait(pause)
    }
  }
}
