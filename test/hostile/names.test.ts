import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { routesOf } from '../../src/people/rules.ts'
import { ask } from '../support/ask.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { attribute, elementsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeCover, makeEpub } from '../support/make-epub.ts'
import { bookWith, opf } from './small-book.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ trustedProxies: '127.0.0.1' })
})
afterAll(async () => {
  closeKobos()
  await house.close()
})

describe('names that mean harm', () => {
  const SCRIPT = '"><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>'
  const PATH = '../../../../etc/passwd'
  let anna: Browser
  let ids: Record<string, string>

  beforeAll(async () => {
    const description = `&lt;p&gt;Good&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;a href="javascript:alert(1)" onclick="x"&gt;a&lt;/a&gt;`
    const book = await house.addBook(
      await makeEpub({
        title: `T${SCRIPT}`,
        authors: [`A${SCRIPT}`],
        series: { name: `S${SCRIPT}`, index: 1 },
        extraMetadata: `<dc:description>${description}</dc:description>`,
      }),
    )
    const shelf = await house.shelf(`H${SCRIPT}`.slice(0, 90), [book.id])
    const kobo = await koboAt(house, { name: `D${SCRIPT}`.slice(0, 60) })
    await kobo.syncUntilQuiet()
    kobo.makeShelf(`C${SCRIPT}`.slice(0, 60), [book.id])
    await kobo.syncUntilQuiet()
    house.advance(5 * 60_000)
    const form = new FormData()
    form.append('file', new Blob(['this is no book']), `F${SCRIPT}.epub`)
    await house.api('POST', '/books', form)
    const audits = `/devices/${kobo.device}/audits`
    const body = { books: [], foreign: 0, salvaged: false, marks: true, token: null }
    const audit = await house.api<{ id: string }>('POST', audits, body)
    const ben = await house.person(`B${SCRIPT}`.slice(0, 59))
    anna = openBrowser(house.url, { 'user-agent': SCRIPT, 'x-forwarded-for': '198.51.100.77' })
    await anna.signIn('Anna')
    await house.api('POST', '/tokens', { label: SCRIPT.slice(0, 90) })
    await house.api('POST', '/invitations', { label: SCRIPT.slice(0, 90) })
    ids = {
      devices: kobo.device,
      shelves: shelf.id,
      people: ben.id,
      audit: audit.body.id,
      book: book.id,
      books: book.id,
    }
  })

  test('are words on every page there is, and never more', async () => {
    const pages = routesOf(house.server.app).filter(
      ({ method, path }) =>
        method === 'GET' &&
        !/^\/(?:api|kobo|public|healthz)/.test(path) &&
        !path.includes('bundle'),
    )
    expect(pages.length).toBeGreaterThan(12)
    let found = 0
    for (const { path } of pages) {
      const address = path.replaceAll(/:(\w+)/g, (_, name: string, at: number) => {
        const noun = path.slice(0, at).split('/').at(-2) ?? ''
        return ids[name === 'id' ? noun : name] ?? 'x'
      })
      for (const query of [
        '',
        `?q=${encodeURIComponent(SCRIPT)}`,
        `?to=${encodeURIComponent(SCRIPT)}`,
        `?code=${encodeURIComponent(SCRIPT)}`,
        `?done=${encodeURIComponent(SCRIPT)}`,
      ]) {
        const { html } = await anna.go(address + query)
        if (html.includes('alert(1)')) found += 1
        expect([address, harmIn(html)]).toEqual([address, []])
      }
    }
    expect(found).toBeGreaterThan(8)
  })

  test('are no markup in what a Kobo is told, and no description holds a script', async () => {
    const { body } = await house.api<{ description: string }>('GET', `/books/${ids['book']}`)
    expect(body.description).toContain('Good')
    expect(body.description).not.toMatch(/script|javascript|onclick/)
    const change = { description: '<p>Also</p><img src=x onerror=alert(1)><iframe src="//x">' }
    const changed = await house.api<{ description: string }>(
      'PATCH',
      `/books/${ids['book']}`,
      change,
    )
    expect(changed.body.description).toBe('<p>Also</p>')
  })

  test('are told to a Kobo as they are, as words in JSON, with a description that holds no script', async () => {
    const bytes = await makeEpub({
      title: `K${SCRIPT}`,
      authors: [`A${SCRIPT}`],
      extraMetadata: `<dc:description>&lt;p&gt;Good&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;a href="javascript:alert(1)" onclick="x"&gt;a&lt;/a&gt;</dc:description>`,
      seed: 'told to a Kobo',
    })
    const { id } = await house.addBook(bytes)
    const shelf = await house.shelf('Told to a Kobo', [id])
    await house.settled()
    const { syncUrl } = await house.device('Asks by hand', [shelf.id])
    const headers = { 'x-kobo-deviceid': 'e'.repeat(64) }
    const sync = await fetch(`${syncUrl}/v1/library/sync`, { headers })
    const metadata = await fetch(`${syncUrl}/v1/library/${id}/metadata`, { headers })
    for (const answer of [sync, metadata]) {
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/)
      const words = textsIn(await answer.json())
      expect(words).toContain(`K${SCRIPT}`)
      expect(words).toContain(`A${SCRIPT}`)
      const others = words.filter((each) => !each.endsWith(SCRIPT))
      expect(others.filter((each) => each.includes('<p>Good</p>'))).toHaveLength(1)
      expect(others.filter((each) => /script|javascript|onclick/.test(each))).toEqual([])
    }
  })

  test('lead out of no folder: not as a file, a title, an author or an address', async () => {
    const before = await readdir(house.dataDir, { recursive: true })
    for (const name of [
      PATH,
      '..',
      '.',
      '/etc/passwd',
      'C:\\x',
      'a/b.epub',
      '%2e%2e%2f',
      'CON.epub',
    ]) {
      const form = new FormData()
      const bytes = await makeEpub({ title: name, authors: [name], seed: name })
      form.append('file', new Blob([new Uint8Array(bytes)]), name)
      const added = await house.api<{ id: string }>('POST', '/books', form)
      expect([name, added.status]).toEqual([name, 201])
      expect((await house.api('GET', `/books/${added.body.id}/file`)).status).toBe(200)
    }
    const after = await readdir(house.dataDir, { recursive: true })
    const fresh = after.filter((name) => !before.includes(name))
    expect(fresh.length).toBeGreaterThan(8)
    for (const name of fresh) expect(name).toMatch(/^(?:library|holdfast|artifacts|covers|staging)/)
    for (const path of [
      '/public/..%2f..%2fpackage.json',
      '/public/../../package.json',
      '/public/%2e%2e/headers.ts',
      '/public/style.css%00.html',
      '/public/..\\..\\package.json',
      `/kobo/files/x/../../../etc/passwd`,
      '/api/v1/books/..%2f..%2fetc%2fpasswd/file',
    ]) {
      const answer = await ask(house.url + path, { authorization: `Bearer ${house.owner.token}` })
      expect([path, answer.status]).toEqual([path, expect.toBeOneOf([400, 401, 404])])
      expect(answer.words).not.toMatch(/root:|"dependencies"/)
    }
  })

  test('turn no sentence around', async () => {
    const form = new FormData()
    form.append('file', new Blob(['this is no book either']), 'A \u202Ekoob\u2066.epub')
    expect((await house.api('POST', '/books', form)).status).toBe(422)
    const { body } = await house.api<{ items: { cause: string }[] }>('GET', '/errata')
    const told = body.items.map(({ cause }) => cause).join('\n')
    expect(told).toContain('“A koob.epub” could not be imported.')
    expect(told).not.toMatch(/\p{Bidi_Control}/u)
  })

  test('put no header into an answer', async () => {
    const book = await house.addBook(
      await makeEpub({ title: 'X\r\nSet-Cookie: holdfast=planted\r\n\r\n<script>', seed: 9 }),
    )
    for (const [path, status, headers] of [
      [`/api/v1/books/${book.id}/file`, 200, {}],
      ['/sign-in?to=%0d%0aset-cookie:%20a=b', 200, {}],
      ['/errata?x=%0d%0aset-cookie:%20a=b', 303, {}],
      ['/', 200, { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'a%0d%0aset-cookie: a=b' }],
      ['/', 200, { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/a%0d%0aset-cookie: a=b' }],
    ] as [string, number, Record<string, string>][]) {
      const bearer = { authorization: `Bearer ${house.owner.token}` }
      const answer = await ask(house.url + path, { ...bearer, ...headers })
      const cookies = JSON.stringify(answer.headers['set-cookie'] ?? [])
      expect([path, answer.status]).toEqual([path, status])
      expect([path, /planted|a=b/.test(cookies), answer.words.includes('<script>')]).toEqual([
        path,
        false,
        false,
      ])
    }
  })

  test('as covers, SVG and pages are refused or drawn anew', async () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>`
    for (const [what, bytes] of [
      ['an SVG', Buffer.from(svg)],
      ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
      ['a page that begins like a GIF', Buffer.from('GIF89a/*<script>alert(1)</script>')],
    ] as const) {
      const path = `/books/${ids['book']}/cover`
      const { status } = await house.api('PUT', path, bytes, { type: 'image/svg+xml' })
      expect([what, status]).toEqual([what, 400])
    }
    const before = (await house.api<{ cover: boolean }>('GET', `/books/${ids['book']}`)).body
    expect(before.cover).toBe(false)
    // Of an SVG that a book brings, the picture inside counts, and of that only how it looks.
    const script = '<script>alert(1)</script>'
    const manifest = `<item id="i" href="i.svg" media-type="image/svg+xml" properties="cover-image"/>`
    const picture = withRemark(await makeCover(), script)
    expect(picture.toString('latin1')).toContain(script)
    const { id, cover } = await house.addBook(
      bookWith({
        'content.opf': opf({ manifest }),
        'i.svg': svg.replace('</svg>', '<image href="i.jpg"/></svg>'),
        'i.jpg': picture,
      }),
    )
    expect(cover).toBe(true)
    const shown = await fetch(`${house.url}/books/${id}/cover/240`, {
      headers: { cookie: anna.cookie },
    })
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    const given = Buffer.from(await shown.arrayBuffer()).toString('latin1')
    expect(given.slice(0, 3)).toBe('\xff\xd8\xff')
    expect(given).not.toMatch(/<svg|script|alert/)
  })
})

/** A JPEG with a remark, behind its first two bytes. */
function withRemark(jpeg: Buffer, words: string): Buffer {
  const head = Buffer.from([0xff, 0xfe, 0, words.length + 2])
  return Buffer.concat([jpeg.subarray(0, 2), head, Buffer.from(words), jpeg.subarray(2)])
}

/** Every text in what was told as JSON. */
function textsIn(told: unknown): string[] {
  if (typeof told === 'string') return [told]
  return typeof told === 'object' && told !== null ? Object.values(told).flatMap(textsIn) : []
}

/** Elements and attributes that no page of ours has. */
function harmIn(html: string): string[] {
  return elementsOf(html).flatMap((element) => [
    ...(/^(?:script|img|svg|iframe|object|embed|style|base)$/.test(element.tagName) &&
    attribute(element, 'src')?.startsWith('../') !== true &&
    attribute(element, 'src')?.startsWith('./') !== true &&
    // A book without a cover has a typeset one, and charts are drawn.
    attribute(element, 'class') !== 'cover typeset' &&
    !/^[\w-]+-name [\w-]+-sentence$/.test(attribute(element, 'aria-labelledby') ?? '')
      ? [element.tagName]
      : []),
    ...element.attrs
      .filter(
        ({ name, value }) => /^on|^style$/.test(name) || /^\s*(?:javascript|data):/i.test(value),
      )
      .map(({ name, value }) => `${name}=${value}`),
  ])
}
