import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bareBook } from '../../test/support/bare-book.ts'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import type { Book } from './book.ts'
import { bookById, booksByIds, listBooks } from './catalogue.store.ts'
import {
  changeBook,
  deleteBook,
  insertBook,
  replaceCover,
  restoreBook,
} from './change-book.store.ts'
import type { BookChanges } from './change.ts'
import { freePath } from './free-path.ts'
import { searchBooks } from './search.store.ts'

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

const EMMA = bareBook({
  id: 'emma',
  title: 'Emma',
  contributors: [
    { name: 'Jane Austen', sortName: null, role: 'aut' },
    { name: 'Tom Illustrator', sortName: 'Illustrator, Tom', role: 'ill' },
  ],
  language: 'en',
  identifiers: [{ scheme: 'uuid', value: 'emma' }],
  subjects: ['Fiction'],
  file: { hash: 'hash of emma', size: 1, path: 'Jane Austen/Emma.epub' },
})

async function add(id: string, about: Partial<Book> & { author?: string } = {}): Promise<Book> {
  const { author = 'Jane Austen', ...rest } = about
  const book: Book = {
    ...EMMA,
    id,
    title: id,
    contributors: EMMA.contributors.map((each) =>
      each.role === 'aut' ? { ...each, name: author } : each,
    ),
    file: { hash: `hash of ${id}`, size: 1, path: `${author}/${id}.epub` },
    addedAt: home.now(),
    ...rest,
  }
  await home.db.transact((tx) => insertBook(tx, book))
  return book
}

const change = (id: string, changes: BookChanges) =>
  home.db.transact((tx) => changeBook(tx, id, changes, home.now()))

describe('the catalogue', () => {
  test('gives back every part of a book as it was', async () => {
    const book = await add('emma', {
      series: { name: 'Novels', index: 1.5 },
      cover: { hash: 'c', type: 'image/png', crop: null },
      subjects: ['Love', 'Money'],
    })
    expect(await bookById(home.db.read, 'emma')).toEqual(book)
  })

  test('finds hundreds of books at once, also deleted ones', async () => {
    const ids = Array.from({ length: 620 }, (_, n) => `book-${n}`)
    for (const id of ids) await add(id)
    await home.db.transact((tx) => deleteBook(tx, 'book-7', home.now()))
    const found = await booksByIds(home.db.read, [...ids, 'none'])
    expect(found.size).toBe(620)
    expect(found.get('book-7')?.deletedAt).toBe(home.now())
    expect(found.get('book-619')?.subjects).toEqual(['Fiction'])
  })

  test('lists the newest books first, page after page, without deleted ones', async () => {
    for (let n = 1; n <= 7; n += 1) {
      if (n % 2 === 1) home.setNow(home.now() + 1)
      await add(`book-${n}`)
    }
    await home.db.transact((tx) => deleteBook(tx, 'book-4', home.now()))
    const pages: string[][] = []
    let after: string | undefined
    do {
      const { books, next } = await listBooks(home.db.read, { limit: 2, after })
      pages.push(books.map((book) => book.id))
      after = next ?? undefined
    } while (after !== undefined)
    expect(pages).toEqual([
      ['book-7', 'book-5'],
      ['book-6', 'book-3'],
      ['book-1', 'book-2'],
    ])
    await expect(listBooks(home.db.read, { limit: 2, after: 'x' })).rejects.toMatchObject({
      code: 'invalid',
    })
  })

  test('brings a deleted book back as it was', async () => {
    const book = await add('emma')
    await home.db.transact((tx) => deleteBook(tx, 'emma', home.now()))
    expect(await home.db.transact((tx) => deleteBook(tx, 'emma', home.now()))).toBe(false)
    expect(await home.db.transact((tx) => restoreBook(tx, 'emma', home.now()))).toBe(true)
    expect(await home.db.transact((tx) => restoreBook(tx, 'emma', home.now()))).toBe(false)
    expect(await bookById(home.db.read, 'emma')).toEqual(book)
  })

  test('finds a free path also when very many books share a name', async () => {
    const paths = new Set<string>()
    for (let n = 0; n < 40; n += 1)
      await home.db.transact(async (tx) => {
        const hash = String(n).padStart(64, '0')
        const path = await freePath(tx, { ...EMMA, file: { hash } })
        paths.add(path)
        await insertBook(tx, { ...EMMA, id: `emma-${n}`, file: { hash, size: 1, path } })
      })
    expect(paths.size).toBe(40)
    expect(paths.has('Jane Austen/Emma (20).epub')).toBe(true)
  })
})

describe('changing a book', () => {
  test('raises meta_rev when a device would show something else, and only then', async () => {
    await add('emma', { title: 'Emma' })
    expect((await change('emma', { title: 'Emma!' }))?.metaRev).toBe(2)
    expect((await change('emma', { title: 'Emma!' }))?.metaRev).toBe(2)
    expect((await change('emma', { subjects: ['Love'] }))?.metaRev).toBe(2)
    expect((await bookById(home.db.read, 'emma'))?.subjects).toEqual(['Love'])
    expect((await change('emma', { series: { name: 'Novels', index: null } }))?.metaRev).toBe(3)
    expect((await change('emma', { description: '<p>A novel.</p>' }))?.metaRev).toBe(4)
    expect((await bookById(home.db.read, 'emma'))?.metaRev).toBe(4)
  })

  test('replaces authors and keeps everybody else who is named', async () => {
    await add('emma')
    const book = await change('emma', { authors: ['J. Austen', 'Another Lady'] })
    expect(book?.contributors.map(({ name, role }) => `${role} ${name}`)).toEqual([
      'aut J. Austen',
      'aut Another Lady',
      'ill Tom Illustrator',
    ])
    expect(await bookById(home.db.read, 'emma')).toEqual(book)
  })

  test('is refused without a title, and says nothing of a book that is not there', async () => {
    await add('emma')
    await expect(change('emma', { title: ' ' })).rejects.toMatchObject({ code: 'invalid' })
    expect(await change('none', { title: 'x' })).toBeUndefined()
  })

  test('another cover raises meta_rev, the same one does not', async () => {
    await add('emma')
    const give = (hash: string) =>
      home.db.transact((tx) =>
        replaceCover(tx, 'emma', { hash, type: 'image/png', crop: null }, home.now()),
      )
    expect((await give('a'))?.metaRev).toBe(2)
    expect((await give('a'))?.metaRev).toBe(2)
    expect(await give('b')).toEqual(await bookById(home.db.read, 'emma'))
  })
})

describe('searching', () => {
  async function found(query: string, limit = 10): Promise<string[]> {
    return (await searchBooks(home.db.read, query, { limit })).books.map((book) => book.id)
  }

  test('finds by title, author and series, without regard to case and accents', async () => {
    await add('emile', { title: 'Émile', author: 'Jean-Jacques Rousseau' })
    await add('earthsea', { title: 'Tehanu', series: { name: 'Earthsea', index: 4 } })
    for (const query of ['emile', 'ÉMILE', 'rous', 'jean rousseau', 'rousseau émi'])
      expect(await found(query)).toEqual(['emile'])
    expect(await found('earths')).toEqual(['earthsea'])
    expect(await found('emile tehanu')).toEqual([])
  })

  test('shows those that have the words in their title first, then the newest', async () => {
    await add('old title', { title: 'Austen: a Life' })
    home.setNow(home.now() + 1)
    await add('new title', { title: 'Jane Austen’s World' })
    home.setNow(home.now() + 1)
    await add('by her', { title: 'Emma' })
    expect(await found('austen')).toEqual(['new title', 'old title', 'by her'])

    const first = await searchBooks(home.db.read, 'austen', { limit: 2 })
    const rest = await searchBooks(home.db.read, 'austen', {
      limit: 2,
      after: first.next ?? undefined,
    })
    expect(rest.books.map((book) => book.id)).toEqual(['by her'])
    expect(rest.next).toBeNull()
  })

  test('follows edits and deletions', async () => {
    await add('emma', { title: 'Emma' })
    await change('emma', { title: 'Highbury' })
    expect(await found('emma')).toEqual([])
    expect(await found('highb')).toEqual(['emma'])
    await home.db.transact((tx) => deleteBook(tx, 'emma', home.now()))
    expect(await found('highb')).toEqual([])
  })

  test.each([
    '',
    '"',
    '""*',
    "'; drop table book; --",
    'NEAR(a b)',
    'a AND OR NOT',
    '*',
    '^x',
    'text:emma',
    '{text}: x',
    '\u0000',
    '\uD800',
    '\u{E000}',
    'ि',
    '-- (((',
    'x'.repeat(100_000),
    'a '.repeat(50_000),
  ])('no query fails: %j', async (query) => {
    await add('emma', { title: 'Emma' })
    await expect(found(query)).resolves.toBeInstanceOf(Array)
    expect(await found('emma')).toEqual(['emma'])
  })
})
