import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Problem } from '../problem.ts'

/**
 * Brings the SQLite file at `path` up to date by running, in order, the scripts of `folder` that it has not seen.
 * They are one transaction: the file is as it was, or up to date. A database that is newer than the program is refused. Safe beside another process.
 */
export function migrate(path: string, folder: string): void {
  const scripts = readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z-]+\.sql$/.test(name))
    .sort()
  const db = new Sqlite(path, { timeout: 15_000 })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    if (versionOf(db, scripts.length) === scripts.length) return
    db.transaction(() => {
      // Read again inside: another process may have been faster.
      for (const name of scripts.slice(versionOf(db, scripts.length)))
        db.exec(readFileSync(join(folder, name), 'utf8'))
      db.pragma(`user_version = ${scripts.length}`)
    }).immediate()
  } finally {
    db.close()
  }
}

/** How many scripts a database has seen. Throws `Problem('invalid')` when there are more than the program knows. */
function versionOf(db: Sqlite.Database, known: number): number {
  const done = Number(db.pragma('user_version', { simple: true }))
  if (done <= known) return done
  throw new Problem(
    'invalid',
    `This library was used by a newer Holdfast (its database is at version ${done}, this program knows ${known}). Please start the newer one.`,
  )
}
