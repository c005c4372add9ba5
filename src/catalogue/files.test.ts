import { existsSync } from 'node:fs'
import { readFile, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { START, tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { bookById, listBooks } from './catalogue.store.ts'
import { changeBook } from './change-book.store.ts'
import { bringBack, filePath, removeBook, trashPath } from './files.ts'
import { alice, dropsOf } from './drops-of.test-support.ts'

let home: TempHome
const { importDrop } = dropsOf(() => home)
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

describe('a deleted book', () => {
  test('waits in the trash and comes back as itself', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await removeBook(home, book.id)
    expect(existsSync(join(home.config.library, 'Lewis Carroll'))).toBe(false)
    expect((await listBooks(home.db.read, { limit: 10 })).books).toEqual([])
    expect((await bookById(home.db.read, book.id))?.deletedAt).toBe(START)

    expect(await bringBack(home, book.id)).toEqual(book)
    expect(await readFile(filePath(home, book))).toEqual(await alice())
    expect(await readdir(home.config.trash)).toEqual([])
  })

  test('is itself again, edits and all, when its file is dropped again', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await home.db.transact((tx) => changeBook(tx, book.id, { title: 'Alice!' }, home.now()))
    await removeBook(home, book.id)
    const again = await importDrop('a.epub', await alice())
    expect(again.outcome).toBe('restored')
    expect(again.book).toMatchObject({ id: book.id, title: 'Alice!', metaRev: 2, deletedAt: null })
    expect(await readFile(filePath(home, again.book))).toEqual(await alice())
    expect(await readdir(home.config.trash)).toEqual([])
  })

  test('comes back even when its trash was emptied, if its file is dropped again', async () => {
    const { book } = await importDrop('a.epub', await alice())
    await removeBook(home, book.id)
    await rm(trashPath(home, book.id))
    await expect(bringBack(home, book.id)).rejects.toMatchObject({ code: 'conflict' })
    expect((await bookById(home.db.read, book.id))?.deletedAt).not.toBeNull()
    expect((await importDrop('a.epub', await alice())).outcome).toBe('restored')
    expect(await readFile(filePath(home, book))).toEqual(await alice())
  })

  test('cannot be one that never was', async () => {
    await expect(removeBook(home, 'no-such-book')).rejects.toMatchObject({ code: 'not_found' })
    await expect(bringBack(home, 'no-such-book')).rejects.toMatchObject({ code: 'not_found' })
  })
})
