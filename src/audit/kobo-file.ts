import { closeSync, ftruncateSync, fstatSync, openSync, readSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { claimedLength, HEAD } from './claimed-length.ts'
import { readKobo, WISHES } from './kobo-database.store.ts'
import type { Reading } from './reading.ts'
import { Refused } from './refusal.ts'
import type { Row, Source } from './salvage.store.ts'

// This runs in a process of its own, from dist/ or, in tests, from the source: nothing here may import what Node cannot run as it is.

/**
 * Reads the `KoboReader.sqlite` at `path`, as `readKobo` does. The file is a copy of which nobody else knows; a damaged one is changed so
 * that the rest can be read. Throws `Refused`.
 */
export function readKoboFile(path: string, ours: ReadonlySet<string>): Reading {
  try {
    return readOpened(path, ours)
  } catch (error) {
    if (!isDamage(error)) throw refusalOf(error)
    if (!mendLength(path)) throw new Refused('damaged', { cause: error })
  }
  try {
    return { ...readOpened(path, ours), salvaged: true }
  } catch (error) {
    throw refusalOf(error)
  }
}

function readOpened(path: string, ours: ReadonlySet<string>): Reading {
  const db = new Sqlite(path, { fileMustExist: true, timeout: 0 })
  try {
    for (const wish of WISHES) db.exec(wish)
    return readKobo(sourceOf(db), ours)
  } finally {
    db.close()
  }
}

function sourceOf(db: Sqlite.Database): Source {
  return {
    rows: (sql, ...values) => db.prepare<(string | number)[], Row>(sql).iterate(...values),
    isDamage,
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(?:CORRUPT|IOERR)/.test(error.code)
}

function refusalOf(error: unknown): unknown {
  if (error instanceof Refused) return error
  if (!(error instanceof Sqlite.SqliteError)) return error
  return new Refused(error.code === 'SQLITE_NOTADB' ? 'not-a-database' : 'damaged', {
    cause: error,
  })
}

/** Answers whether the file was short. */
function mendLength(path: string): boolean {
  const file = openSync(path, 'r+')
  try {
    const head = new Uint8Array(HEAD)
    if (readSync(file, head, 0, HEAD, 0) < HEAD) return false
    const claimed = claimedLength(head, fstatSync(file).size)
    if (claimed === undefined) return false
    ftruncateSync(file, claimed)
    return true
  } finally {
    closeSync(file)
  }
}
