import {
  appendFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { mkdir, readdir, rename, symlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { openDatabase } from '../db/open.ts'
import { listErrata } from '../errata/find-errata.store.ts'
import { listBooks } from './catalogue.store.ts'
import { openInbox } from './inbox.ts'
import type { Inbox } from './inbox.ts'

let home: TempHome
let inbox: Inbox | undefined
beforeEach(async () => {
  home = await tempHome()
  inbox = undefined
})
afterEach(async () => {
  await inbox?.close()
  await home.close()
})

const SETTLE = 40

async function titles(): Promise<string[]> {
  const { books } = await listBooks(home.db.read, { limit: 100 })
  return books.map((book) => book.title).sort()
}

async function causes(): Promise<string[]> {
  const { errata } = await listErrata(home.db.read, { id: '', owner: true }, { limit: 10 })
  return errata.map(({ cause }) => cause)
}

async function drop(name: string, title: string): Promise<void> {
  await put(name, await makeEpub({ title }))
}

/** Puts a file into the inbox all at once: one that is written there might be taken before its first byte. */
async function put(name: string, bytes: Buffer | string): Promise<void> {
  const path = join(home.config.inbox, name)
  const aside = `${join(home.config.dataDir, basename(name))}.aside`
  await writeFile(aside, bytes)
  await rename(aside, path)
}

test('what lies in the inbox at start is imported, with what is in its folders', async () => {
  await drop('one.epub', 'One')
  await mkdir(join(home.config.inbox, 'deep', 'er'), { recursive: true })
  await drop('deep/er/two.epub', 'Two')
  inbox = await openInbox(home, { settle: SETTLE })
  await inbox.quiet()
  expect(await titles()).toEqual(['One', 'Two'])
  expect(await readdir(home.config.inbox)).toEqual([])
})

test('what is dropped later is seen by itself, and told', async () => {
  const told: string[] = []
  let tell: () => void = () => undefined
  inbox = await openInbox(home, {
    settle: SETTLE,
    imported: ({ outcome, book }) => {
      told.push(`${outcome} ${book.title}`)
      tell()
    },
  })
  const next = () => new Promise<void>((resolve) => (tell = resolve))

  let seen = next()
  await drop('one.epub', 'One')
  await seen
  seen = next()
  await mkdir(join(home.config.inbox, 'folder', 'deep'), { recursive: true })
  await drop('folder/deep/two.epub', 'Two')
  await seen
  seen = next()
  await drop('one.epub', 'One')
  await seen
  expect(told).toEqual(['added One', 'added Two', 'known One'])
})

test('a drop is found in time also where the system tells of nothing', async () => {
  const told: string[] = []
  let tell: () => void = () => undefined
  const seen = new Promise<void>((resolve) => (tell = resolve))
  // Links are not followed, so nothing is told of what happens behind this one.
  const link = join(home.config.dataDir, 'link')
  await symlink(home.config.inbox, link)
  const mounted = { ...home, config: { ...home.config, inbox: link } }
  inbox = await openInbox(mounted, {
    settle: SETTLE,
    rounds: 50,
    imported: ({ book }) => {
      told.push(book.title)
      tell()
    },
  })
  await drop('one.epub', 'One')
  await seen
  expect(told).toEqual(['One'])
})

test('a file that is still being written is taken when it is whole', async () => {
  const bytes = await makeEpub({ title: 'Slow', cover: 'jpeg' })
  const path = join(home.config.inbox, 'slow.epub')
  await writeFile(path, bytes.subarray(0, 1000))
  inbox = await openInbox(home, { settle: 200 })
  // It was looked at once by now. Nothing is waited for before this, so that it comes before the second look on any machine.
  appendFileSync(path, bytes.subarray(1000))
  await inbox.quiet()
  expect(await titles()).toEqual(['Slow'])
  expect(await readdir(home.config.quarantine)).toEqual([])
})

test('a part of a file that rests is not refused before the rest could come', async () => {
  const bytes = await makeEpub({ title: 'Stalled', cover: 'jpeg' })
  const path = join(home.config.inbox, 'stalled.epub')
  await writeFile(path, bytes.subarray(0, 1000))
  inbox = await openInbox(home, { settle: 1000 })
  // One that came later is long in the library: the part has rested for longer than a whole file needs.
  await drop('whole.epub', 'Whole')
  await expect.poll(titles).toEqual(['Whole'])
  appendFileSync(path, bytes.subarray(1000))
  await inbox.quiet()
  expect((await titles()).toSorted()).toEqual(['Stalled', 'Whole'])
  expect(await readdir(home.config.quarantine)).toEqual([])
})

test('a file that another takes the place of while it is read is looked at again at once', async () => {
  await drop('book.epub', 'Before')
  await drop('later.part', 'After')
  let isReplaced = false
  const random = (bytes: number): Buffer => {
    // Asked for when a copy is begun: the file is open by then.
    if (!isReplaced)
      renameSync(join(home.config.inbox, 'later.part'), join(home.config.inbox, 'book.epub'))
    isReplaced = true
    return home.random(bytes)
  }
  const told: string[] = []
  inbox = await openInbox(
    { ...home, random },
    { settle: SETTLE, imported: ({ book }) => void told.push(book.title) },
  )
  await expect.poll(() => told, { timeout: 10_000 }).toEqual(['After'])
  expect(await titles()).toEqual(['After'])
})

test('a file that takes the place of one that fails is looked at at once', async () => {
  await put('book.epub', 'no book')
  await drop('later.part', 'After')
  let asked = 0
  const random = (bytes: number): Buffer => {
    asked += 1
    // Asked for when a copy is begun, and when that goes to quarantine.
    if (asked === 2)
      renameSync(join(home.config.inbox, 'later.part'), join(home.config.inbox, 'book.epub'))
    return home.random(bytes)
  }
  const told: string[] = []
  inbox = await openInbox(
    { ...home, random },
    { settle: SETTLE, imported: ({ book }) => void told.push(book.title) },
  )
  await expect.poll(() => told).toEqual(['After'])
  expect(await readdir(home.config.quarantine)).toHaveLength(1)
  expect(await readdir(home.config.inbox)).toEqual([])
})

test('a file that fails goes to quarantine and the watch goes on', async () => {
  inbox = await openInbox(home, { settle: SETTLE })
  await put('bad.epub', 'no book')
  await inbox.quiet()
  await drop('good.epub', 'Good')
  await inbox.quiet()
  expect(await titles()).toEqual(['Good'])
  expect(await readdir(home.config.inbox)).toEqual([])
  const { errata } = await listErrata(home.db.read, { id: '', owner: true }, { limit: 10 })
  expect(errata).toHaveLength(1)
})

test('hidden and temporary files and links are left alone, until they get their name', async () => {
  const elsewhere = join(home.config.dataDir, 'elsewhere.epub')
  await writeFile(elsewhere, await makeEpub({ title: 'Linked' }))
  await symlink(elsewhere, join(home.config.inbox, 'link.epub'))
  await drop('coming.epub.part', 'Coming')
  await drop('.hidden.epub', 'Hidden')
  await drop('seen.epub', 'Seen')
  inbox = await openInbox(home, { settle: SETTLE })
  await inbox.quiet()
  expect(await titles()).toEqual(['Seen'])
  await rename(join(home.config.inbox, 'coming.epub.part'), join(home.config.inbox, 'coming.epub'))
  await inbox.quiet()
  expect(await titles()).toEqual(['Coming', 'Seen'])
  expect((await readdir(home.config.inbox)).sort()).toEqual(['.hidden.epub', 'link.epub'])
  expect(existsSync(elsewhere)).toBe(true)
})

test('a folder that becomes a link to itself while a file in it settles ends nothing', async () => {
  const deep = join(home.config.inbox, 'deep')
  await mkdir(deep)
  await drop('deep/a.epub', 'Gone')
  inbox = await openInbox(home, { settle: 200 })
  // At once, before the file is looked at again.
  renameSync(deep, join(home.config.dataDir, 'elsewhere'))
  symlinkSync('deep', deep)
  await inbox.quiet()
  await drop('b.epub', 'Here')
  await inbox.quiet()
  expect(await titles()).toEqual(['Here'])
})

test('an inbox that is not there is told of, and no more once it is back', async () => {
  const { inbox: folder } = home.config
  inbox = await openInbox(home, { settle: SETTLE, rounds: 50 })
  expect(await causes()).toEqual([])
  renameSync(folder, `${folder}-elsewhere`)
  await expect.poll(causes).toEqual(['Books cannot be taken from the inbox. It is not there.'])
  writeFileSync(folder, 'no folder')
  await expect.poll(causes).toEqual(['Books cannot be taken from the inbox. It is not a folder.'])
  rmSync(folder)
  renameSync(`${folder}-elsewhere`, folder)
  await expect.poll(causes).toEqual([])
  await drop('one.epub', 'One')
  await expect.poll(titles).toEqual(['One'])
})

test('an inbox that is back is looked into also while that cannot be written down', async () => {
  const { inbox: folder, database } = home.config
  rmSync(folder, { recursive: true })
  inbox = await openInbox(home, { settle: SETTLE })
  await inbox.close()
  mkdirSync(folder)
  const other = new Sqlite(database)
  const db = openDatabase(database, { patience: 50 })
  try {
    other.exec('begin immediate')
    inbox = await openInbox({ ...home, db }, { settle: SETTLE })
    expect(await causes()).toHaveLength(1)
    other.exec('rollback')
    await inbox.quiet()
    expect(await causes()).toEqual([])
    await inbox.close()
  } finally {
    other.close()
    await db.close()
  }
})

test('what was told of an inbox that was not there ends with the next start that finds it', async () => {
  const { inbox: folder } = home.config
  rmSync(folder, { recursive: true })
  inbox = await openInbox(home, { settle: SETTLE })
  expect(await causes()).toHaveLength(1)
  await inbox.close()
  mkdirSync(folder)
  inbox = await openInbox(home, { settle: SETTLE })
  expect(await causes()).toEqual([])
})
