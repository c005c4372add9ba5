import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Problem } from '../problem.ts'

/**
 * Brings the SQLite file at `path` up to date by running, in order, the scripts of `folder` that it has not seen.
 * Each script is one transaction; a database that is newer than the program is refused. Safe beside another process.
 */
export function migrate(path: string, folder: string): void {
  const scripts = readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z-]+\.sql$/.test(name))
    .sort()
  const db = new Sqlite(path, { timeout: 15_000 })
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    const done = Number(db.pragma('user_version', { simple: true }))
    if (done > scripts.length)
      throw new Problem(
        'invalid',
        `This library was used by a newer Holdfast (its database is at version ${done}, this program knows ${scripts.length}). Please start the newer one.`,
      )
    scripts.forEach((name, index) => {
      const script = readFileSync(join(folder, name), 'utf8')
      db.transaction(() => {
        // Read again inside: another process may have been faster.
        if (Number(db.pragma('user_version', { simple: true })) > index) return
        db.exec(script)
        db.pragma(`user_version = ${index + 1}`)
      }).immediate()
    })
  } finally {
    db.close()
  }
}
