import { existsSync } from 'node:fs'
import { link, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeEpub } from '../../test/support/make-epub.ts'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { changeBook, moveBook } from './change-book.store.ts'
import { importFile } from './import.ts'
import { recoverImports } from './recover.ts'
import { editBook } from './rename.ts'

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

const BEFORE = 'Lewis Carroll/Alice.epub'
const AFTER = 'Lewis Carroll/Alice Again.epub'

async function alice() {
  const path = join(home.config.inbox, 'alice.epub')
  await writeFile(path, await makeEpub({ title: 'Alice', authors: ['Lewis Carroll'] }))
  const drop = { path, name: 'alice.epub', uploader: null, source: 'inbox' } as const
  return (await importFile(home, { ...drop, dispose: 'remove' })).book
}

const at = (path: string) => join(home.config.library, path)

/** As a process leaves it that ended after the file got its second name, and after the row took it where `isMoved`. */
async function breakOff(isMoved: boolean): Promise<void> {
  const { id } = await alice()
  await writeFile(join(home.config.staging, `${id}.renaming`), JSON.stringify([BEFORE, AFTER]))
  await home.db.transact((tx) => changeBook(tx, id, { title: 'Alice Again' }, home.now()))
  await link(at(BEFORE), at(AFTER))
  if (isMoved) await home.db.transact((tx) => moveBook(tx, id, AFTER))
  await home.stop()
  home = await tempHome({ dataDir: home.config.dataDir, seed: 'another life' })
}

test('a file follows the title and the author of its book', async () => {
  const { id } = await alice()
  const book = await editBook(home, id, { title: 'Alice Again', authors: ['L. Carroll'] })
  expect(book?.file.path).toBe('L. Carroll/Alice Again.epub')
  expect(existsSync(at('L. Carroll/Alice Again.epub'))).toBe(true)
  expect(await readdir(home.config.library)).toEqual(['L. Carroll'])
  expect(await readdir(home.config.staging)).toEqual([])
})

test('a file that is no book of ours is not overwritten', async () => {
  const { id } = await alice()
  await writeFile(at(AFTER), 'somebody else’s')
  const book = await editBook(home, id, { title: 'Alice Again' })
  expect(book?.file.path).toBe('Lewis Carroll/Alice Again (2).epub')
  expect(await readFile(at(AFTER), 'utf8')).toBe('somebody else’s')
})

test('a title that comes to the same name leaves the file where it is', async () => {
  const { id } = await alice()
  const book = await editBook(home, id, { title: 'ALICE', publisher: 'Macmillan' })
  expect(book?.file.path).toBe(BEFORE)
})

test('many changes at once leave one file, where the row says', async () => {
  const { id } = await alice()
  const titles = ['One', 'Two', 'Three', 'Four']
  await Promise.all(titles.map((title) => editBook(home, id, { title })))
  const book = await editBook(home, id, { title: 'Last' })
  expect(book?.file.path).toBe('Lewis Carroll/Last.epub')
  expect(await readdir(at('Lewis Carroll'))).toEqual(['Last.epub'])
})

test.each([
  ['before the row took the new name', false, BEFORE],
  ['before the old name went', true, AFTER],
])('a rename that broke off %s leaves one file, where the row says', async (_, isMoved, path) => {
  await breakOff(isMoved)
  await recoverImports(home)
  const folder = dirname(at(path))
  await mkdir(folder, { recursive: true })
  expect((await readdir(folder)).map((name) => `Lewis Carroll/${name}`)).toEqual([path])
  expect(await readdir(home.config.staging)).toEqual([])
})
