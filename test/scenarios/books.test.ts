import { createHash } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHouse, type BookTold, type House } from '../support/house.ts'
import { makeCover, makeEpub } from '../support/make-epub.ts'

type List = { items: BookTold[]; next: string | null }
type Failure = { error: { code: string; message: string } }

describe('books over the API', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house.close())

  test('an uploaded EPUB becomes a book, and the same bytes again are the same book', async () => {
    const epub = await makeEpub({ title: 'The Tide', authors: ['Ines Lund'], cover: 'jpeg' })
    const first = await house.api<BookTold>('POST', '/books', epub)
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({
      title: 'The Tide',
      authors: ['Ines Lund'],
      metaRev: 1,
      fileRev: 1,
      preparing: false,
      cover: true,
      addedAt: house.now(),
    })
    const again = await house.api<BookTold>('POST', '/books', epub)
    expect([again.status, again.body.id]).toEqual([200, first.body.id])
  })

  test('a form with a file is an upload too', async () => {
    const epub = await makeEpub({ title: 'By Form' })
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(epub)]), 'tide.epub')
    const { status, body } = await house.api<BookTold>('POST', '/books', form)
    expect([status, body.title]).toEqual([201, 'By Form'])
  })

  test('what is no EPUB is refused with a reason, which Errata tells too', async () => {
    const { status, body } = await house.api<Failure>('POST', '/books', Buffer.from('hello'))
    expect([status, body.error.code]).toEqual([422, 'invalid'])
    const errata = await house.api<{ items: { kind: string; cause: string }[] }>('GET', '/errata')
    expect(errata.body.items).toContainEqual(
      expect.objectContaining({
        kind: 'import-failed',
        cause: expect.stringContaining(body.error.message),
      }),
    )
  })

  test('an upload without a file, of another type or beyond the limit is refused', async () => {
    const form = new FormData()
    form.append('other', 'text')
    expect((await house.api('POST', '/books', form)).status).toBe(400)
    expect((await house.api('POST', '/books', { title: 'x' })).status).toBe(400)
    expect(await statusOfAnnounced(house, 600_000_000)).toBe(413)
  })

  test('books are listed newest first, in parts', async () => {
    const list = async (path: string) => (await house.api<List>('GET', path)).body
    house.advance(1000)
    const newest = await house.addBook(await makeEpub({ title: 'Newest' }))
    const first = await list('/books?limit=1')
    expect(first.items.map((book) => book.id)).toEqual([newest.id])
    const seen = new Set(first.items.map((book) => book.id))
    for (let { next } = first; next !== null;) {
      const part = await list(`/books?limit=1&cursor=${encodeURIComponent(next)}`)
      for (const book of part.items) {
        expect(seen).not.toContain(book.id)
        seen.add(book.id)
      }
      next = part.next
    }
    const all = await list('/books?limit=500')
    expect([...seen].sort()).toEqual(all.items.map((book) => book.id).sort())
    expect(all.next).toBeNull()
  })

  test('a book is found by the beginnings of words, whatever their accents', async () => {
    await house.addBook(await makeEpub({ title: 'Señales', authors: ['Zoë Ødegård'] }))
    const { body } = await house.api<List>('GET', '/books?q=senal%20zoe')
    expect(body.items.map((book) => book.title)).toEqual(['Señales'])
    for (const hostile of ['"', 'a" OR "b', 'NEAR(', '*', '%00'])
      expect((await house.api('GET', `/books?q=${encodeURIComponent(hostile)}`)).status).toBe(200)
  })

  test('a change of words raises the revision once, saying the same again does not', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Draft' }))
    const change = {
      title: 'Final',
      authors: ['A. Person'],
      series: { name: 'Things', index: 2 },
      description: '<p>Good</p><script>bad()</script>',
    }
    const changed = await house.api<BookTold & { description: string }>(
      'PATCH',
      `/books/${book.id}`,
      change,
    )
    expect(changed.body).toMatchObject({
      title: 'Final',
      authors: ['A. Person'],
      series: { name: 'Things', index: 2 },
      metaRev: 2,
      fileRev: 1,
    })
    expect(changed.body.description).not.toContain('script')
    const same = await house.api<BookTold>('PATCH', `/books/${book.id}`, change)
    expect(same.body.metaRev).toBe(2)
  })

  test('a malformed change is refused and changes nothing', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Stays' }))
    for (const change of [
      { title: '' },
      { title: 7 },
      { unknown: 1 },
      { isbn: '123' },
      [],
      'text',
    ]) {
      const { status, body } = await house.api<Failure>('PATCH', `/books/${book.id}`, change)
      expect([status, body.error.code]).toEqual([400, 'invalid'])
    }
    const { status } = await house.api('PATCH', `/books/${book.id}`, 'x'.repeat(1_100_000))
    expect(status).toBe(413)
    expect((await house.api<BookTold>('GET', `/books/${book.id}`)).body).toEqual(book)
  })

  test('a cover is replaced by an image and by nothing else', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Bare' }))
    const image = { type: 'image/jpeg' }
    const covered = await house.api<BookTold>(
      'PUT',
      `/books/${book.id}/cover`,
      await makeCover('new'),
      image,
    )
    expect([covered.status, covered.body.cover, covered.body.metaRev]).toEqual([200, true, 2])
    const refused = await house.api('PUT', `/books/${book.id}/cover`, Buffer.from('no'), image)
    expect(refused.status).toBe(400)
  })

  test('the file of a book is given back byte for byte', async () => {
    const epub = await makeEpub({ title: 'Same Bytes' })
    const book = await house.addBook(epub)
    const response = await fetch(`${house.url}/api/v1/books/${book.id}/file`, {
      headers: { authorization: `Bearer ${house.owner.token}` },
    })
    expect(response.headers.get('content-length')).toBe(String(epub.length))
    expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(epub))
  })

  test('a deleted book is gone, and comes back as itself', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Phoenix' }))
    expect((await house.api('DELETE', `/books/${book.id}`)).status).toBe(204)
    expect((await house.api('GET', `/books/${book.id}`)).status).toBe(404)
    expect((await house.api('GET', `/books/${book.id}/file`)).status).toBe(404)
    expect((await house.api<List>('GET', '/books?q=phoenix')).body.items).toEqual([])
    const restored = await house.api<BookTold>('POST', `/books/${book.id}/restore`)
    expect(restored.body).toEqual(book)
    expect((await house.api('GET', `/books/${book.id}/file`)).status).toBe(200)
  })

  test('only the owner and whoever brought a book may delete it', async () => {
    const ben = await house.person('Ben')
    const annas = await house.addBook(await makeEpub({ title: 'Anna’s' }))
    const bens = await house.api<BookTold>(
      'POST',
      '/books',
      await makeEpub({ title: 'Ben’s' }),
      ben,
    )
    expect((await house.api('DELETE', `/books/${annas.id}`, undefined, ben)).status).toBe(403)
    expect((await house.api('DELETE', `/books/${bens.body.id}`, undefined, ben)).status).toBe(204)
    const other = await house.person('Cleo')
    const restore = `/books/${bens.body.id}/restore`
    expect((await house.api('POST', restore, undefined, other)).status).toBe(403)
    expect((await house.api('POST', restore)).status).toBe(200)
  })

  test('a book that does not exist is not found', async () => {
    for (const [method, path, body] of [
      ['GET', '/books/nothing'],
      ['PATCH', '/books/nothing', {}],
      ['DELETE', '/books/nothing'],
      ['POST', '/books/nothing/restore'],
      ['GET', '/books/nothing/file'],
    ] as const)
      expect((await house.api(method, path, body)).status).toBe(404)
  })

  test('what is kept survives a restart and a power cut', async () => {
    const book = await house.addBook(await makeEpub({ title: 'Durable' }))
    await house.restart()
    expect((await house.api('GET', `/books/${book.id}`)).body).toEqual(book)
    await house.restart({ kill: true })
    expect((await house.api('GET', `/books/${book.id}/file`)).status).toBe(200)
  })
})

/** The answer to an upload that announces so many bytes and sends none of them. */
function statusOfAnnounced({ url, owner }: House, bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const upload = request(`${url}/api/v1/books`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owner.token}`,
        'content-type': 'application/epub+zip',
        'content-length': bytes,
      },
    })
    upload.once('error', reject)
    upload.once('response', (answer) => {
      resolve(answer.statusCode)
      upload.destroy()
    })
    upload.flushHeaders()
  })
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
