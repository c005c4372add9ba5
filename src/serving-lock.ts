import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { Problem } from './problem.ts'

/**
 * Takes the library at `dataDir` for this server, until the returned function is called or the process ends, however it ends.
 * Throws `Problem('conflict')` when another server has it. Commands do not take it: they work beside a server.
 */
export function takeLibrary(dataDir: string): () => void {
  // A lock of the operating system, by way of SQLite, which has one on every system.
  const lock = new Sqlite(join(dataDir, 'serving.lock'), { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      throw new Problem(
        'conflict',
        'Another Holdfast server is open on this library. Please stop that one first.',
        {
          cause: error,
        },
      )
    throw error
  }
  return () => lock.close()
}
