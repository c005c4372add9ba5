import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse, type House, type ShelfTold } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'

type List = { items: ShelfTold[]; next: string | null }

describe('shelves over the API', () => {
  let house: House
  let books: string[]
  beforeAll(async () => {
    house = await openHouse()
    books = []
    for (const title of ['One', 'Two', 'Three'])
      books.push((await house.addBook(await makeEpub({ title }))).id)
  })
  afterAll(() => house.close())

  const countOf = async (shelf: ShelfTold) =>
    (await house.api<List>('GET', '/shelves?limit=500')).body.items.find(
      ({ id }) => id === shelf.id,
    )?.books

  test('a shelf is made, renamed, listed by name and deleted', async () => {
    const cara = await house.person('Cara')
    const night = await house.shelf('Night table', [], cara)
    const attic = await house.shelf('Attic', [], cara)
    const renamed = await house.api<ShelfTold>(
      'PATCH',
      `/shelves/${night.id}`,
      { name: 'Bedside' },
      cara,
    )
    expect(renamed.body).toMatchObject({ id: night.id, name: 'Bedside', books: 0 })
    const list = async (query = '') =>
      (await house.api<List>('GET', `/shelves${query}`, undefined, cara)).body
    const { items } = await list()
    expect(items.map(({ name }) => name)).toEqual(['Attic', 'Bedside'])
    const part = await list('?limit=1')
    const rest = await list(`?limit=1&cursor=${part.next}`)
    expect([...part.items, ...rest.items]).toEqual(items)
    expect(rest.next).toBeNull()
    for (const shelf of [night, attic])
      expect((await house.api('DELETE', `/shelves/${shelf.id}`, undefined, cara)).status).toBe(204)
    expect((await list()).items).toEqual([])
  })

  test('names are unique for a person, without regard to case and accents', async () => {
    await house.shelf('Été')
    expect((await house.api('POST', '/shelves', { name: 'ete' })).status).toBe(409)
    const other = await house.shelf('Winter')
    expect((await house.api('PATCH', `/shelves/${other.id}`, { name: 'ÉTÉ' })).status).toBe(409)
    expect((await house.api('PATCH', `/shelves/${other.id}`, { name: 'winter' })).status).toBe(200)
    const ben = await house.person('Ben')
    expect((await house.api('POST', '/shelves', { name: 'Été' }, ben)).status).toBe(201)
    expect((await house.api('POST', '/shelves', { name: '  ' })).status).toBe(400)
  })

  test('books are put on a shelf and taken off, one by one and many at once', async () => {
    const shelf = await house.shelf('Reading')
    const [one = '', two = '', three = ''] = books
    const change = await house.api<ShelfTold>('POST', `/shelves/${shelf.id}/books`, {
      add: [one, two, two],
    })
    expect([change.status, change.body.books]).toEqual([200, 2])
    expect((await house.api('PUT', `/shelves/${shelf.id}/books/${three}`)).status).toBe(204)
    expect((await house.api('PUT', `/shelves/${shelf.id}/books/${three}`)).status).toBe(204)
    expect(await countOf(shelf)).toBe(3)
    expect((await house.api('DELETE', `/shelves/${shelf.id}/books/${one}`)).status).toBe(204)
    const both = { add: [one], remove: [two, three] }
    await house.api('POST', `/shelves/${shelf.id}/books`, both)
    expect(await countOf(shelf)).toBe(1)
  })

  test('when one book of many does not exist, none is put on the shelf', async () => {
    const shelf = await house.shelf('All or none')
    const add = [...books, 'nothing']
    expect((await house.api('POST', `/shelves/${shelf.id}/books`, { add })).status).toBe(404)
    expect(await countOf(shelf)).toBe(0)
  })

  test('a deleted book does not count on its shelf, and stands there again when it is back', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Comes and goes' }))
    const shelf = await house.shelf('Changing', [book.id])
    await house.api('DELETE', `/books/${book.id}`)
    expect(await countOf(shelf)).toBe(0)
    expect((await house.api('PUT', `/shelves/${shelf.id}/books/${book.id}`)).status).toBe(404)
    await house.api('POST', `/books/${book.id}/restore`)
    expect(await countOf(shelf)).toBe(1)
  })

  test('a book is preparing only while a device wants it and it is not ready', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Wanted' }))
    const preparing = async () =>
      (await house.api<{ preparing: boolean }>('GET', `/books/${book.id}`)).body.preparing
    expect(await preparing()).toBe(false)
    await house.device('Libra')
    await house.shelf('To take along', [book.id])
    await house.settled()
    expect(await preparing()).toBe(false)
    const { artifact } = await house.server.home.db.read
      .selectFrom('book')
      .select('artifact')
      .where('id', '=', book.id)
      .executeTakeFirstOrThrow()
    expect(artifact).not.toBeNull()
  })
})
