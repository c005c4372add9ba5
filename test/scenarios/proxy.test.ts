import { readdir, readlink } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { habitsOf } from '../../src/simulator/firmware.ts'
import type { SyncReport } from '../../src/simulator/device.ts'
import { openBrowser } from '../support/browser.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { openProxiedHouse, PUBLIC_URL, type ProxiedHouse } from '../support/proxied-house.ts'
import { openRaw } from '../support/raw-http.ts'

const BOOKS = 150

describe('behind nginx with its usual buffers, below a path', () => {
  let proxied: ProxiedHouse
  let kobo: HouseKobo
  /** Its first two syncs, the downloads after them, and one more sync. */
  let reports: SyncReport[]
  let titles: string[]

  beforeAll(async () => {
    proxied = await openProxiedHouse()
    const { house, nginx } = proxied
    const large = await makeEpub({
      title: 'A Large Book',
      cover: 'jpeg',
      files: { 'OEBPS/noise.bin': randomBytes(24_000_000) },
    })
    await house.addBook(large)
    for (let n = 1; n < BOOKS; n += 1)
      await house.addBook(
        await makeEpub({
          title: `Book ${n}`,
          seed: n,
          chapters: 1,
          extraMetadata: `<dc:description>${`Words about book ${n}. `.repeat(120)}</dc:description>`,
        }),
      )
    const { body } = await house.api<{ items: { id: string }[] }>('GET', '/books?limit=500')
    await house.shelf(
      'All',
      body.items.map(({ id }) => id),
    )
    kobo = await koboAt(house, {
      behind: nginx.url,
      switches: { ...habitsOf('4.46'), coverSizes: 'one' },
    })
    reports = [await kobo.sync()]
    titles = kobo.titles()
    reports.push(await kobo.sync(), await kobo.downloadAll(), await kobo.sync())
  }, 180_000)

  afterAll(async () => {
    closeKobos()
    await proxied.close()
  })

  function viaNginx(url: string): string {
    expect(url.startsWith(PUBLIC_URL)).toBe(true)
    return proxied.nginx.url + url.slice(new URL(PUBLIC_URL).origin.length)
  }

  /** Where a book's file is as nginx shows it. */
  async function fileOf(title: string): Promise<string> {
    const { id } = kobo.contents().find((book) => book.title === title) ?? { id: '' }
    const headers = { 'x-kobo-deviceid': kobo.deviceId }
    const metadata = await fetch(`${viaNginx(kobo.syncUrl)}/v1/library/${id}/metadata`, { headers })
    return viaNginx(/"Url":"([^"]+)"/.exec(await metadata.text())?.[1] ?? '')
  }

  test('a whole first sync of many books goes through, and the next is quiet', () => {
    for (const report of reports) expect(report).toMatchObject({ completed: true, violations: [] })
    expect(reports[0]?.pages).toBeGreaterThan(1)
    expect(titles).toHaveLength(BOOKS)
    expect(reports.slice(1).flatMap(({ operations }) => operations)).toEqual([])
    expect(reports.flatMap(({ downloaded }) => downloaded)).toHaveLength(BOOKS)
  })

  test('the path is the business of the proxy', async () => {
    expect((await fetch(`${proxied.nginx.url}/shelf/healthz`)).status).toBe(200)
    expect((await fetch(`${proxied.house.url}/shelf/healthz`)).status).toBe(404)
  })

  test('a page as long as one may be goes through whole', async () => {
    const answer = await fetch(`${viaNginx(kobo.syncUrl)}/v1/library/sync`, {
      headers: { 'x-kobo-deviceid': 'f'.repeat(64), 'x-kobo-devicemodel': 'Kobo Nia' },
    })
    const page = await answer.text()
    expect(answer.status).toBe(200)
    expect(Buffer.byteLength(page)).toBe(Number(answer.headers.get('content-length')))
    expect(page.length).toBeGreaterThan(190_000)
    expect(JSON.parse(page)).toHaveLength((page.match(/"NewEntitlement"/g) ?? []).length)
  })

  test('the files of books come in parts, and covers are known again', async () => {
    const file = await fileOf('A Large Book')
    const whole = await fetch(file)
    const bytes = Buffer.from(await whole.arrayBuffer())
    const part = await fetch(file, { headers: { range: 'bytes=1000-' } })
    expect(part.status).toBe(206)
    expect(bytes.subarray(1000).equals(Buffer.from(await part.arrayBuffer()))).toBe(true)
    const etag = whole.headers.get('etag') ?? ''
    const again = await fetch(file, { headers: { 'if-none-match': etag } })
    expect(again.status).toBe(304)
    const head = await fetch(file, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe(String(bytes.length))
  })

  test('what its reader does arrives: places, highlights, removals and long reports', async () => {
    const { house, nginx } = proxied
    const [first, second] = kobo.contents().filter(({ title }) => title !== 'A Large Book')
    const id = first?.id ?? ''
    expect((await kobo.open(id)).violations).toEqual([])
    kobo.highlight(id, 'a passage')
    const closed = await kobo.close(id, { percent: 40 })
    expect(closed).toMatchObject({ completed: true, violations: [] })
    const patches = await house.server.home.db.read
      .selectFrom('annotation_patch')
      .select(['content', 'verified'])
      .execute()
    expect(patches).toEqual([{ content: id, verified: 1 }])
    kobo.remove(second?.id ?? '')
    expect(await kobo.sync()).toMatchObject({ completed: true, violations: [] })
    const report = await fetch(`${viaNginx(kobo.syncUrl)}/v1/analytics/event`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ Events: 'x'.repeat(5_000_000) }),
    })
    expect([report.status, await report.text()]).toEqual([200, '{}'])
    expect(await nginx.errors()).not.toMatch(/\[(?:error|crit|alert|emerg)\]/)
  })

  test('a download that its reader breaks off is recorded as begun, and nothing stays open', async () => {
    const { house, nginx } = proxied
    const file = await fileOf('A Large Book')
    const { pathname } = new URL(file)
    const before = await downloads()
    const readers = await Promise.all(Array.from({ length: 5 }, () => openRaw(nginx.url)))
    for (const reader of readers) {
      reader.pause()
      reader.send(`GET ${pathname} HTTP/1.1\r\nHost: books.example.org\r\n\r\n`)
    }
    await expect.poll(async () => (await downloads()).begun - before.begun).toBe(5)
    // While those take nothing, somebody else takes a whole file: time enough for a proxy to take theirs in their place.
    await (await fetch(file)).arrayBuffer()
    for (const reader of readers) reader.destroy()
    await expect.poll(() => openArtifacts(house.dataDir), { timeout: 10_000 }).toEqual([])
    await expect.poll(async () => (await downloads()).completed).toBe(before.completed + 1)
  })

  async function downloads(): Promise<{ begun: number; completed: number }> {
    const rows = await proxied.house.server.home.db.read
      .selectFrom('log')
      .select('kind')
      .where('kind', 'in', ['download-begun', 'download-completed'])
      .execute()
    const count = (kind: string) => rows.filter((row) => row.kind === kind).length
    return { begun: count('download-begun'), completed: count('download-completed') }
  }
})

describe('behind nginx, without a public URL', () => {
  test.each([
    ['a proxy that is trusted is believed', '127.0.0.0/8', true],
    ['any other is not', '192.0.2.1', false],
  ])('%s', async (_, trustedProxies, believed) => {
    const proxied = await openProxiedHouse({ publicUrl: null, trustedProxies })
    try {
      const { house, nginx } = proxied
      const { syncUrl } = await house.device('Libra')
      const secret = syncUrl.split('/').at(-1)
      const map = await fetch(`${nginx.url}/shelf/kobo/${secret}/v1/initialization`)
      const text = await map.text()
      const host = /"reading_services_host":"([^"]+)"/.exec(text)?.[1]
      const oauth = /"oauth_host":"([^"]+)"/.exec(text)?.[1]
      expect(host === nginx.url).toBe(believed)
      expect(oauth === `${nginx.url}/shelf/kobo/${secret}/oauth`).toBe(believed)
      const paired = await fetch(`${nginx.url}/shelf/api/v1/devices`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${house.owner.token}`,
          'content-type': 'application/json',
        },
        body: '{"name":"Clara"}',
      })
      expect((await paired.text()).includes(`"${nginx.url}/shelf/kobo/`)).toBe(believed)
    } finally {
      await proxied.close()
    }
  })
})

/** The files of artifacts that this process has open. */
async function openArtifacts(dataDir: string): Promise<string[]> {
  const names = await readdir('/proc/self/fd')
  const targets = await Promise.all(
    names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
  )
  return targets.filter((target) => target.startsWith(`${dataDir}/artifacts`))
}

test('pages hold below a path, whose links, forms and redirects all stay there', async () => {
  const below = await openProxiedHouse({
    publicUrl: null,
    trustedProxies: '127.0.0.1',
  })
  try {
    const { house, nginx } = below
    const { id } = await house.device('Libra')
    const at = `${nginx.url}/shelf`
    const anna = openBrowser(at)
    await anna.go(`${at}/devices/${id}/syncs`)
    expect(anna.shown.url).toContain(`${at}/sign-in?to=`)
    await anna.signIn('Anna')
    expect([anna.shown.status, anna.shown.url]).toEqual([200, `${at}/devices/${id}/syncs`])
    const sheet = /<link rel="stylesheet" href="([^"]+)"/.exec(anna.shown.html)?.[1] ?? ''
    expect((await anna.go(sheet)).headers.get('content-type')).toContain('text/css')
    await anna.go(`${at}/`)
    for (const words of ['Devices', 'Libra', 'Its diary', 'What it holds', 'Library', 'Errata']) {
      await anna.follow(words)
      expect([words, anna.shown.status]).toEqual([words, 200])
      expect(anna.shown.url).toContain(`${at}/`)
    }
    await anna.go(`${at}/devices/${id}`)
    await anna.press('Reset the sync…')
    await anna.press('Yes, send everything again')
    expect([anna.shown.status, anna.shown.url]).toEqual([
      200,
      `${at}/devices/${id}?done=reset-sync`,
    ])
    await anna.press('Sign out Anna')
    expect([anna.shown.status, anna.shown.url]).toEqual([200, `${at}/sign-in`])
  } finally {
    await below.close()
  }
})
