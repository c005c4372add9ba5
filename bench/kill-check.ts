import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { z } from 'zod'
import { filesBelow } from './files-below.ts'
import { sha256, type MadeDrop } from './kill-drops.ts'

/** What a library must hold. */
export type Expected = {
  /** Every book that was given to it and taken, by the hash of its bytes. */
  books: ReadonlyMap<string, MadeDrop>
  /** The hashes of the files that must be in quarantine. */
  refused: ReadonlySet<string>
}

const Row = z.object({
  no: z.number(),
  id: z.string(),
  file_hash: z.string(),
  file_size: z.number(),
  path: z.string(),
  cover_hash: z.string().nullable(),
})

/**
 * Looks at a library at rest, past the program: at its database and its folders. Answers what is not as it must be, in sentences:
 * a book that is lost, half there or there twice, a file without a book, bytes that differ, something left behind.
 */
export async function checkLibrary(dataDir: string, expected: Expected): Promise<string[]> {
  const wrong: string[] = []
  const db = new Sqlite(join(dataDir, 'holdfast.db'), { readonly: true })
  try {
    wrong.push(...databaseFaults(db))
    const rows = z.array(Row).parse(db.prepare('select * from book where deleted_at is null').all())
    wrong.push(...bookFaults(rows, expected), ...searchFaults(db, rows, expected))
    wrong.push(...(await fileFaults(dataDir, rows)), ...(await coverFaults(dataDir, rows)))
    const errata = db.prepare('select count(*) from erratum where closed_at is null').pluck().get()
    if (errata !== expected.refused.size)
      wrong.push(`There are ${String(errata)} errata for ${expected.refused.size} refused files.`)
  } finally {
    db.close()
  }
  wrong.push(...(await quarantineFaults(dataDir, expected)))
  for (const name of await filesBelow(join(dataDir, 'staging')))
    wrong.push(`staging/${name} was left behind.`)
  return wrong
}

/** Those of these hashes that are not a book with its whole file, right now. */
export async function missingBooks(dataDir: string, hashes: Iterable<string>): Promise<string[]> {
  const db = new Sqlite(join(dataDir, 'holdfast.db'), { readonly: true })
  try {
    const find = db.prepare('select * from book where file_hash = ? and deleted_at is null')
    const missing: string[] = []
    for (const hash of hashes) {
      const row = Row.safeParse(find.get(hash))
      const bytes = row.success ? await bytesAt(join(dataDir, 'library', row.data.path)) : undefined
      if (bytes === undefined || sha256(bytes) !== hash) missing.push(hash)
    }
    return missing
  } finally {
    db.close()
  }
}

function databaseFaults(db: Sqlite.Database): string[] {
  const integrity = String(db.pragma('integrity_check', { simple: true }))
  const dangling = z.array(z.unknown()).parse(db.pragma('foreign_key_check'))
  return [
    ...(integrity === 'ok' ? [] : [`The database is damaged: ${integrity}`]),
    ...(dangling.length === 0 ? [] : [`${dangling.length} rows refer to rows that are not there.`]),
  ]
}

function bookFaults(rows: z.infer<typeof Row>[], { books }: Expected): string[] {
  const wrong: string[] = []
  const seen = new Set<string>()
  for (const row of rows) {
    const drop = books.get(row.file_hash)
    if (!drop) wrong.push(`${row.path} is a book that nobody gave.`)
    else if (row.cover_hash !== drop.cover) wrong.push(`${row.path} does not have its cover.`)
    if (seen.has(row.file_hash)) wrong.push(`${row.path} is there twice.`)
    seen.add(row.file_hash)
  }
  for (const [hash, { name }] of books) if (!seen.has(hash)) wrong.push(`“${name}” is lost.`)
  return wrong
}

function searchFaults(
  db: Sqlite.Database,
  rows: z.infer<typeof Row>[],
  { books }: Expected,
): string[] {
  const find = db.prepare('select rowid from book_search where book_search match ?').pluck()
  const wrong = rows.flatMap((row) => {
    const word = books.get(row.file_hash)?.word
    return word && !find.all(`"${word}"`).includes(row.no) ? [`${row.path} is not found.`] : []
  })
  const indexed = db.prepare('select count(*) from book_search').pluck().get()
  if (indexed !== rows.length)
    wrong.push(`${String(indexed)} texts are searched for ${rows.length} books.`)
  return wrong
}

async function fileFaults(dataDir: string, rows: z.infer<typeof Row>[]): Promise<string[]> {
  const wrong: string[] = []
  const library = join(dataDir, 'library')
  for (const { path, file_hash, file_size } of rows) {
    const bytes = await bytesAt(join(library, path))
    if (!bytes) wrong.push(`library/${path} is missing.`)
    else if (bytes.length !== file_size || sha256(bytes) !== file_hash)
      wrong.push(`library/${path} does not hold the bytes of its book.`)
  }
  const known = new Set(rows.map((row) => row.path))
  for (const name of await filesBelow(library))
    if (!known.has(name)) wrong.push(`library/${name} belongs to no book.`)
  return wrong
}

async function coverFaults(dataDir: string, rows: z.infer<typeof Row>[]): Promise<string[]> {
  const covers = new Set(rows.flatMap((row) => row.cover_hash ?? []))
  const wrong: string[] = []
  for (const hash of covers) {
    const bytes = await bytesAt(join(dataDir, 'covers', 'original', hash))
    if (!bytes || sha256(bytes) !== hash) wrong.push(`The cover ${hash} is missing or damaged.`)
  }
  for (const name of await filesBelow(join(dataDir, 'covers')))
    if (!covers.has(name.replace(/^original\//, ''))) wrong.push(`covers/${name} was left behind.`)
  return wrong
}

async function quarantineFaults(dataDir: string, { refused }: Expected): Promise<string[]> {
  const wrong: string[] = []
  const names = await filesBelow(join(dataDir, 'quarantine'))
  const kept = new Set<string>()
  for (const name of names.filter((each) => !each.endsWith('.reason.txt'))) {
    const hash = sha256(await readFile(join(dataDir, 'quarantine', name)))
    if (!refused.has(hash)) wrong.push(`quarantine/${name} was not refused.`)
    if (kept.has(hash)) wrong.push(`quarantine/${name} is there twice.`)
    if (!names.includes(`${name}.reason.txt`)) wrong.push(`quarantine/${name} has no reason.`)
    kept.add(hash)
  }
  for (const hash of refused)
    if (!kept.has(hash)) wrong.push(`The refused file ${hash} is not in quarantine.`)
  if (names.length !== 2 * kept.size) wrong.push('Something else is in quarantine.')
  return wrong
}

/** Undefined where there is no file. Whatever else is wrong with it shows in the sentence about its bytes. */
async function bytesAt(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch(() => undefined)
}
