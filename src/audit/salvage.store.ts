// Browsers read databases with this, too: nothing here may need Node.

/** An open database that nobody vouches for, whoever reads it. */
export type Source = {
  /** The rows of a query, one after the other. Before the next query, they are read to their end or let go. */
  rows(sql: string, ...values: (string | number)[]): Iterable<Row>
  /** Whether an error says that the file is damaged. */
  isDamage(error: unknown): boolean
}

/** An ordinary table of a database that nobody vouches for: its columns, in small letters, and a name of its row number that none of them has. */
export type Table = ReadonlySet<string> & { rowid: string }

/** A row of a query. */
export type Row = Readonly<Record<string, Value>>

/** A value of one. Only in a row that was not asked for it is nothing. */
export type Value = string | number | Uint8Array | null | undefined

/** A look at one table: what is read of each row, as SQL. */
export type Query = {
  from: string
  rowid: string
  columns: Readonly<Record<string, string>>
  where: string
}

/** The columns of an ordinary table; `odd` for a view, a virtual table, or one with computed columns, which are never read. */
export function columnsOf(source: Source, name: string): Table | 'absent' | 'odd' {
  const tables = [
    ...source.rows(
      "SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND lower(name) = lower(?)",
      name,
    ),
  ]
  const [table, ...others] = tables
  if (!table) return 'absent'
  if (table['type'] !== 'table' || table['wr'] !== 0 || others.length > 0) return 'odd'
  const columns = [
    ...source.rows("SELECT lower(name) AS name, hidden FROM pragma_table_xinfo(?, 'main')", name),
  ]
  if (columns.some(({ hidden }) => hidden !== 0)) return 'odd'
  const names = new Set(columns.map((column) => String(column['name'])))
  const rowid = ['rowid', '_rowid_', 'oid'].find((each) => !names.has(each))
  return rowid === undefined ? 'odd' : Object.assign(names, { rowid })
}

/** A column as SQL: null where the table has none, or where a value takes more than `limit` bytes, which are not even read then. */
export function exprOf(table: Table, column: string, limit: number): string {
  if (!table.has(column.toLowerCase())) return 'NULL'
  return `CASE WHEN octet_length("${column}") <= ${limit} THEN "${column}" END`
}

/** Row numbers beyond are not exact here; no device has them. */
const LAST = Number.MAX_SAFE_INTEGER

/**
 * Gives every row of a query to `take`, in the order of the table itself: an index may be damaged, or not agree with it. Where a page of
 * the table is damaged, what lies behind it is looked for by halving. Answers whether anything had to be left out.
 */
export function rowsOf(source: Source, query: Query, take: (row: Row) => void): boolean {
  let from = -LAST
  try {
    for (const row of source.rows(sqlOf(query, query.where), from)) {
      take(row)
      from = Number(row['place']) + 1
    }
    return false
  } catch (error) {
    if (!source.isDamage(error)) throw error
  }
  // From here every row is looked at, so that it is known exactly where the damage begins.
  const all = sqlOf(query, `1`, query.where)
  const probe = `${sqlOf(query, '1', query.where)} LIMIT 1`
  for (let next: number | undefined = from; next !== undefined;) {
    from = next
    try {
      for (const row of source.rows(all, from)) {
        from = Number(row['place']) + 1
        if (row['wanted'] === 1) take(row)
      }
      return true
    } catch (error) {
      if (!source.isDamage(error)) throw error
      next = nextReadable(from, (place) => isReadable(source, probe, place))
    }
  }
  return true
}

function sqlOf(query: Query, where: string, wanted = '1'): string {
  const columns = Object.entries(query.columns).map(([name, sql]) => `${sql} AS "${name}"`)
  return `SELECT "${query.rowid}" AS "place", (${wanted}) AS "wanted", ${columns.join(', ')}
    FROM main."${query.from}" NOT INDEXED
    WHERE "${query.rowid}" >= ? AND "${query.rowid}" < ${LAST} AND ${where}
    ORDER BY "${query.rowid}"`
}

/** The smallest place after `from` from which reading goes on; undefined when there is none. */
function nextReadable(from: number, isGood: (place: number) => boolean): number | undefined {
  let bad = from
  let good: number | undefined
  for (let step = 1; good === undefined; step *= 2) {
    const place = from + step
    if (place >= LAST) return undefined
    if (isGood(place)) good = place
    else bad = place
  }
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isGood(middle)) good = middle
    else bad = middle
  }
  return good
}

function isReadable(source: Source, probe: string, place: number): boolean {
  try {
    for (const _ of source.rows(probe, place)) break
    return true
  } catch (error) {
    if (source.isDamage(error)) return false
    throw error
  }
}
