import type startSqlite from '@sqlite.org/sqlite-wasm'
import type { Database, Sqlite3Static } from '@sqlite.org/sqlite-wasm'
import { claimedLength } from '../../audit/claimed-length.ts'
import { readKobo, WISHES } from '../../audit/kobo-database.store.ts'
import type { Reading } from '../../audit/reading.ts'
import { Refused } from '../../audit/refusal.ts'
import type { Row, Source, Value } from '../../audit/salvage.store.ts'

/** The files of a device's database, in memory. */
export type Bytes = { database: Uint8Array; wal: Uint8Array | null }

const NOTADB = 26
const DAMAGE = [10, 11]

/** The most bytes of a database that is read here: it lies in memory more than once. */
export const READ_LIMIT = 256_000_000

/** Loads SQLite from our own server. */
export async function loadSqlite(): Promise<Sqlite3Static> {
  const silent = (): void => undefined
  // It looks for these when it starts. What keeps files for longer than a page is not wanted here.
  const disable = {
    vfs: { opfs: true, 'opfs-vfs': true, 'opfs-sahpool': true, 'opfs-wl': true, kvvfs: true },
  }
  Object.assign(globalThis, { sqlite3ApiConfig: { warn: silent, error: silent, disable } })
  const address = new URL('../../sqlite/index.mjs', import.meta.url)
  const { default: start }: { default: typeof startSqlite } = await import(address.href)
  return start()
}

/** Reads a device's database, as the server does. `seen` is called for each row. Throws `Refused`. */
export function readBytes(
  sqlite: Sqlite3Static,
  { database, wal }: Bytes,
  ours: ReadonlySet<string>,
  seen: () => void,
): Reading {
  const read = (name: string, bytes: Uint8Array): Reading => {
    const db = open(sqlite, name, { database: bytes, wal })
    try {
      for (const wish of WISHES) db.exec(wish)
      return readKobo(sourceOf(sqlite, db, seen), ours)
    } finally {
      db.close()
    }
  }
  try {
    return read('as-it-is', database)
  } catch (error) {
    const claimed = claimedLength(database, database.length)
    if (!isDamage(sqlite, error) || claimed === undefined || claimed > READ_LIMIT)
      throw refusalOf(sqlite, error)
    const whole = new Uint8Array(claimed)
    whole.set(database)
    try {
      return { ...read('mended', whole), salvaged: true }
    } catch (second) {
      throw refusalOf(sqlite, second)
    }
  }
}

function open({ capi, oo1 }: Sqlite3Static, name: string, { database, wal }: Bytes): Database {
  capi.sqlite3_js_posix_create_file(name, database)
  if (wal) capi.sqlite3_js_posix_create_file(`${name}-wal`, wal)
  const db = new oo1.DB({ filename: name, flags: 'w' })
  // Alone with the files, it needs no third one in memory that is shared with others; here there is none.
  db.exec('PRAGMA locking_mode = EXCLUSIVE')
  return db
}

function sourceOf(sqlite: Sqlite3Static, db: Database, seen: () => void): Source {
  return {
    *rows(sql, ...values): Generator<Row> {
      const statement = db.prepare(sql)
      try {
        if (values.length > 0) statement.bind(values)
        const names = statement.getColumnNames()
        while (statement.step()) {
          yield Object.fromEntries(names.map((name, at) => [name, valueOf(statement.get(at))]))
          seen()
        }
      } finally {
        statement.finalize()
      }
    },
    isDamage: (error) => isDamage(sqlite, error),
  }
}

function valueOf(value: unknown): Value {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string' || typeof value === 'number') return value
  return value instanceof Uint8Array ? value : null
}

function codeOf(sqlite: Sqlite3Static, error: unknown): number | undefined {
  // The lowest byte says what kind of error it is.
  return error instanceof sqlite.SQLite3Error ? error.resultCode & 0xff : undefined
}

function isDamage(sqlite: Sqlite3Static, error: unknown): boolean {
  const code = codeOf(sqlite, error)
  return code !== undefined && DAMAGE.includes(code)
}

function refusalOf(sqlite: Sqlite3Static, error: unknown): unknown {
  const code = codeOf(sqlite, error)
  if (code === undefined) return error
  return new Refused(code === NOTADB ? 'not-a-database' : 'damaged', { cause: error })
}
