import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase, type Database } from './open.ts'
import { migrate } from './migrate.ts'

let folder: string
let db: Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-db-'))
  const path = join(folder, 'holdfast.db')
  migrate(path, new URL('../../migrations/sqlite', import.meta.url).pathname)
  db = openDatabase(path)
})

afterEach(async () => {
  await db.close()
  rmSync(folder, { recursive: true, force: true })
})

async function values(): Promise<string[]> {
  const rows = await db.read.selectFrom('setting').select('value').orderBy('name').execute()
  return rows.map((row) => row.value)
}

/** A gate that a test opens. */
function gate(): { open: () => void; passed: Promise<void> } {
  let open = (): void => {}
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { open, passed }
}

test('the outer handle inside a transaction is an error at once, not a server that hangs', async () => {
  await expect(
    db.transact(() => db.read.selectFrom('setting').selectAll().execute()),
  ).rejects.toThrow('outer database handle')
  await expect(db.transact(() => db.transact(async () => 1))).rejects.toThrow(
    'inside a transaction',
  )
  // And everything goes on.
  await db.transact((tx) => tx.insertInto('setting').values({ name: 'a', value: '1' }).execute())
  expect(await values()).toEqual(['1'])
})

test('readers do not wait for a transaction, and see the last commit', async () => {
  const { open, passed } = gate()
  const writing = db.transact(async (tx) => {
    await tx.insertInto('setting').values({ name: 'a', value: '1' }).execute()
    await passed
  })
  expect(await values()).toEqual([])
  open()
  await writing
  expect(await values()).toEqual(['1'])
})

test('transactions of one process run one after the other', async () => {
  const read = (tx: Parameters<Parameters<Database['transact']>[0]>[0]) =>
    tx.selectFrom('setting').select('value').where('name', '=', 'n').executeTakeFirstOrThrow()
  await db.transact((tx) => tx.insertInto('setting').values({ name: 'n', value: '0' }).execute())
  const add = (): Promise<void> =>
    db.transact(async (tx) => {
      const { value } = await read(tx)
      await tx
        .updateTable('setting')
        .set({ value: String(Number(value) + 1) })
        .where('name', '=', 'n')
        .execute()
    })
  await Promise.all(Array.from({ length: 20 }, add))
  expect(await values()).toEqual(['20'])
})

test('a transaction that fails changes nothing and does not stop the next', async () => {
  await expect(
    db.transact(async (tx) => {
      await tx.insertInto('setting').values({ name: 'a', value: '1' }).execute()
      throw new Error('a bug')
    }),
  ).rejects.toThrow('a bug')
  await db.transact((tx) => tx.insertInto('setting').values({ name: 'b', value: '2' }).execute())
  expect(await values()).toEqual(['2'])
})

/** Another process that can take and release the write lock, and count up in transactions of its own. */
function otherProcess(): ChildProcess {
  const script = join(folder, 'other.mjs')
  const sqlite = new URL('../../node_modules/better-sqlite3/lib/index.js', import.meta.url).href
  writeFileSync(
    script,
    `import Sqlite from ${JSON.stringify(sqlite)}
     const db = new Sqlite(${JSON.stringify(join(folder, 'holdfast.db'))}, { timeout: 20000 })
     process.on('message', (message) => {
       if (message === 'lock') db.exec('begin immediate')
       if (message === 'unlock') db.exec('rollback')
       if (message === 'count') for (let n = 0; n < 60; n++) db.transaction(() => {
         const value = db.prepare("select value from setting where name = 'n'").pluck().get()
         db.prepare("update setting set value = ? where name = 'n'").run(String(Number(value) + 1))
       }).immediate()
       process.send(message)
     })
     process.send('ready')`,
  )
  return fork(script, { stdio: 'inherit' })
}

async function tell(other: ChildProcess, message: string): Promise<void> {
  const answered = once(other, 'message')
  other.send(message)
  await answered
}

test('two processes that read and then write lose nothing and never fail with a busy snapshot', async () => {
  await db.transact((tx) => tx.insertInto('setting').values({ name: 'n', value: '0' }).execute())
  const other = otherProcess()
  await once(other, 'message')
  const counting = tell(other, 'count')
  for (let n = 0; n < 60; n++)
    await db.transact(async (tx) => {
      const row = await tx.selectFrom('setting').select('value').executeTakeFirstOrThrow()
      await tx
        .updateTable('setting')
        .set({ value: String(Number(row.value) + 1) })
        .execute()
    })
  await counting
  other.kill()
  expect(await values()).toEqual(['120'])
})

test('waiting for another process that writes does not stop the event loop', async () => {
  const other = otherProcess()
  await once(other, 'message')
  await tell(other, 'lock')
  const writing = db.transact((tx) =>
    tx.insertInto('setting').values({ name: 'a', value: '1' }).execute(),
  )
  // The lock is released by a message that only a running event loop can send, and answer.
  await tell(other, 'unlock')
  await writing
  other.kill()
  expect(await values()).toEqual(['1'])
})

test('a commit of another process is noticed', async () => {
  await db.transact((tx) => tx.insertInto('setting').values({ name: 'n', value: '0' }).execute())
  const before = db.commits()
  expect(db.commits()).toBe(before)
  const other = otherProcess()
  await once(other, 'message')
  await tell(other, 'count')
  other.kill()
  expect(db.commits()).not.toBe(before)
})

test('a script that fails leaves the database as it was before all of them', () => {
  const scripts = mkdtempSync(join(folder, 'scripts-'))
  writeFileSync(join(scripts, '0001-one.sql'), 'create table one (id text) strict;')
  writeFileSync(join(scripts, '0002-two.sql'), 'create table one (id text) strict;')
  const path = join(folder, 'other.db')
  expect(() => migrate(path, scripts)).toThrow('already exists')
  expect(tablesOf(path)).toEqual({ version: 0, tables: [] })
  writeFileSync(join(scripts, '0002-two.sql'), 'create table two (id text) strict;')
  migrate(path, scripts)
  migrate(path, scripts)
  expect(tablesOf(path)).toEqual({ version: 2, tables: ['one', 'two'] })
})

test('a database of a newer program is refused in a sentence', () => {
  const scripts = mkdtempSync(join(folder, 'scripts-'))
  expect(() => migrate(join(folder, 'holdfast.db'), scripts)).toThrow(
    'This library was used by a newer Holdfast',
  )
})

function tablesOf(path: string): { version: unknown; tables: unknown[] } {
  const database = new Sqlite(path, { readonly: true })
  try {
    return {
      version: database.pragma('user_version', { simple: true }),
      tables: database.prepare('select name from sqlite_master order by name').pluck().all(),
    }
  } finally {
    database.close()
  }
}
