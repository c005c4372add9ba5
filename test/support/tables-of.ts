import Sqlite from 'better-sqlite3'
import type { House } from './house.ts'

/** Every table of a house's database as rows of text, but for the search index. */
export function tablesOf(house: House): Record<string, string[]> {
  const db = new Sqlite(house.server.home.config.database, { readonly: true })
  try {
    const tables = db
      .prepare<[], { name: string }>(
        "select name from sqlite_master where type = 'table' and name not like '%search%' and name not like 'sqlite_%'",
      )
      .all()
    return Object.fromEntries(
      tables.map(({ name }) => [
        name,
        db
          .prepare(`select * from "${name}"`)
          .all()
          .map((row) => JSON.stringify(row)),
      ]),
    )
  } finally {
    db.close()
  }
}
