import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { artifactsByHashes } from '../../src/artifacts/artifact.store.ts'
import type { Artifact } from '../../src/artifacts/artifact.ts'
import { openWorkers, type Workers } from '../../src/artifacts/workers.ts'
import { sendAs, sendAsDevice } from '../support/device-request.ts'
import { openHouse, type House } from '../support/house.ts'
import { kepubOf } from '../support/kepub-of.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import { WAR_OF_THE_WORLDS } from '../support/real-books.ts'
import { sharedWorkers } from '../support/workers.ts'

let house: House
/** What the workers of the house were asked, and who they are. */
let jobs: string[]
let workers: Workers

beforeEach(async () => {
  jobs = []
  workers = sharedWorkers()
  house = await openHouse({
    workers: {
      count: sharedWorkers().count,
      make(job, cancel) {
        jobs.push(job.how)
        return workers.make(job, cancel)
      },
      close: async () => undefined,
    },
  })
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

/** Imports a book, puts it on a shelf and gives its id. */
async function shelve(epub: Buffer | string): Promise<string> {
  const { id } = await house.addBook(epub)
  await house.shelf('Sofa', [id])
  return id
}

/** The download that a Kobo is told of right before it fetches a book. */
async function announced(
  kobo: HouseKobo,
  id: string,
): Promise<{ Format: string; Size: number; Url: string }> {
  const { body } = await sendAs(kobo, { method: 'GET', path: `/v1/library/${id}/metadata` })
  const [metadata] = JSON.parse(body.toString('utf8')) as [
    { DownloadUrls: [{ Format: string; Size: number; Url: string }] },
  ]
  return metadata.DownloadUrls[0]
}

async function artifactOf(id: string): Promise<Artifact | undefined> {
  const { db } = house.server.home
  const { artifact } = await db.read
    .selectFrom('book')
    .select('artifact')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return (await artifactsByHashes(db.read, [artifact ?? ''])).get(artifact ?? '')
}

type Told = { id: string; kind: string; cause: string; consequence: string; actions: string[] }

async function errata(): Promise<Told[]> {
  return (await house.api<{ items: Told[] }>('GET', '/errata')).body.items
}

/** A book that is imported and cannot become a KEPUB: its only page is nested deeper than any browser follows. */
function tooDeep(title: string): Promise<Buffer> {
  const deep = `${'<div>'.repeat(25_000)}The end.${'</div>'.repeat(25_000)}`
  return makeEpub({ title, chapters: [deep], files: { 'OEBPS/nav.xhtml': deep } })
}

describe('an EPUB on a shelf', () => {
  test('arrives as a KEPUB: the bytes that converting makes of it, with spans, and of the announced length', async () => {
    const id = await shelve(WAR_OF_THE_WORLDS)
    const kobo = await koboAt(house)
    expect(await kobo.sync()).toMatchObject({ completed: true, downloaded: [id], violations: [] })
    const kepub = await kepubOf(WAR_OF_THE_WORLDS)
    expect(readFileSync(kobo.fileOf(id)).equals(kepub)).toBe(true)
    expect(await announced(kobo, id)).toMatchObject({ Format: 'KEPUB', Size: kepub.length })
    const arrived = kobo.events.find((event) => event.what === 'downloaded')
    expect(arrived).toMatchObject({ book: id, bytes: kepub.length })
    expect(arrived?.what === 'downloaded' && arrived.spans).toBeGreaterThan(3_000)
    expect(await errata()).toEqual([])
  })

  test('is looked at and fetched in parts as any file', async () => {
    const epub = await makeEpub({ title: 'Émile; or “Learning”', authors: ['J.-J. R.'] })
    const id = await shelve(epub)
    const kobo = await koboAt(house)
    await kobo.sync()
    const kepub = await kepubOf(epub)
    const { Url } = await announced(kobo, id)
    const path = new URL(Url).pathname
    const ask = (method: string, headers: Record<string, string> = {}) =>
      sendAsDevice(house.url, { method, path, headers })

    const look = await ask('HEAD')
    expect(look.headers).toMatchObject({
      'content-length': String(kepub.length),
      'content-type': 'application/epub+zip',
      'accept-ranges': 'bytes',
      etag: `"${createHash('sha256').update(kepub).digest('hex')}"`,
      'content-disposition':
        'attachment; filename="Emile_ or _Learning_.kepub.epub"; filename*=UTF-8\'\'%C3%89mile%3B%20or%20%E2%80%9CLearning%E2%80%9D.kepub.epub',
    })
    const middle = await ask('GET', { range: 'bytes=100-299' })
    expect(middle.status).toBe(206)
    expect(middle.headers['content-range']).toBe(`bytes 100-299/${kepub.length}`)
    expect(middle.body.equals(kepub.subarray(100, 300))).toBe(true)
    const rest = await ask('GET', { range: 'bytes=300-' })
    expect(rest.body.equals(kepub.subarray(300))).toBe(true)
    const end = await ask('GET', { range: 'bytes=-50' })
    expect(end.body.equals(kepub.subarray(-50))).toBe(true)
    expect((await ask('GET', { range: `bytes=${kepub.length}-` })).status).toBe(416)
  })

  test('is converted once, for however many Kobos', async () => {
    await shelve(await makeEpub({ title: 'Emma' }))
    const kobos = [await koboAt(house), await koboAt(house), await koboAt(house)]
    for (const kobo of kobos) expect((await kobo.sync()).downloaded).toHaveLength(1)
    expect(jobs).toEqual(['convert'])
  })

  test('is found again at the place where it was closed, on every Kobo and after a new download', async () => {
    const id = await shelve(WAR_OF_THE_WORLDS)
    const [first, second] = [await koboAt(house), await koboAt(house)]
    await first.sync()
    await second.sync()
    await first.open(id)
    await first.close(id, { percent: 40, minutes: 20 })
    const [told] = first.state().books
    expect(told?.place).toMatchObject({ progress: 40, inFile: true })
    house.advance(3_600_000)

    await second.syncUntilQuiet()
    const [there] = second.state().books
    expect(there?.place).toMatchObject({ location: told?.place.location, inFile: true })

    first.removeDownload(id)
    await first.tap(id)
    await first.syncUntilQuiet()
    expect(first.state().books[0]?.place).toMatchObject({
      location: told?.place.location,
      inFile: true,
    })
    const lost = [...first.events, ...second.events].filter(
      ({ what }) => what === 'place not found',
    )
    expect(lost).toEqual([])
    expect([...first.violations, ...second.violations]).toEqual([])
  })
})

describe('what needs no converting arrives as it was imported', () => {
  test('a fixed layout, as EPUB3FL', async () => {
    const epub = await makeEpub({
      title: 'Comic',
      extraMetadata: '<meta property="rendition:layout">pre-paginated</meta>',
    })
    const id = await shelve(epub)
    const kobo = await koboAt(house)
    await kobo.sync()
    expect(readFileSync(kobo.fileOf(id)).equals(epub)).toBe(true)
    expect(await announced(kobo, id)).toMatchObject({ Format: 'EPUB3FL', Size: epub.length })
  })

  test('a ready-made KEPUB, as KEPUB', async () => {
    const epub = await makeEpub({ title: 'Ready', kepub: true })
    const id = await shelve(epub)
    const kobo = await koboAt(house)
    await kobo.sync()
    expect(readFileSync(kobo.fileOf(id)).equals(epub)).toBe(true)
    expect(await announced(kobo, id)).toMatchObject({ Format: 'KEPUB', Size: epub.length })
    expect(kobo.violations).toEqual([])
  })
})

describe('a book that cannot be converted', () => {
  test('arrives as plain EPUB, an erratum says so, and it is not tried for ever', async () => {
    const epub = await tooDeep('Abyss')
    const id = await shelve(epub)
    const kobo = await koboAt(house)
    expect(await kobo.sync()).toMatchObject({ downloaded: [id], violations: [] })
    expect(readFileSync(kobo.fileOf(id)).equals(epub)).toBe(true)
    expect(await announced(kobo, id)).toMatchObject({ Format: 'EPUB3', Size: epub.length })
    const [erratum, ...others] = await errata()
    expect(others).toEqual([])
    expect(erratum).toMatchObject({
      kind: 'conversion-failed',
      bookId: id,
      consequence: 'It is delivered as plain EPUB: no exact place, no highlights.',
      actions: ['retry'],
    })
    expect(erratum?.cause).toMatch(/^“Abyss” could not be converted for the Kobo\. .+\.$/)

    for (let hour = 0; hour < 5; hour += 1) {
      house.advance(3_600_000)
      await house.settled()
    }
    await house.restart()
    await house.settled()
    expect(jobs).toEqual(['convert', 'copy'])
    const { body } = await house.api<{ preparing: boolean }>('GET', `/books/${id}`)
    expect(body.preparing).toBe(false)
  })

  test('is a KEPUB for whoever gets it after a retry that succeeds, and stays what it was where it is', async () => {
    const hasty = openWorkers(house.server.home.log, { convertTime: 1 })
    try {
      workers = hasty
      const epub = await readFile(WAR_OF_THE_WORLDS)
      const id = await shelve(epub)
      const early = await koboAt(house)
      await early.sync()
      expect(await announced(early, id)).toMatchObject({ Format: 'EPUB3' })
      const [erratum] = await errata()
      expect(erratum?.cause).toContain('Converting it took too long.')

      workers = sharedWorkers()
      const retry = `/errata/${erratum?.id}/actions/retry`
      expect((await house.api('POST', retry)).status).toBe(204)
      await house.settled()
      expect(await errata()).toEqual([])
      const late = await koboAt(house)
      await late.sync()
      expect(readFileSync(late.fileOf(id)).equals(await kepubOf(epub))).toBe(true)
      expect((await early.sync()).operations).toEqual([])
      expect(await announced(early, id)).toMatchObject({ Format: 'EPUB3', Size: epub.length })

      // A place by a span means nothing in the plain EPUB.
      await late.open(id)
      await late.close(id, { percent: 50 })
      house.advance(60_000)
      await early.syncUntilQuiet()
      expect(early.state().books[0]?.place).toMatchObject({ progress: 50, location: null })
      const asked = await sendAs(early, { method: 'GET', path: `/v1/library/${id}/state` })
      expect(asked.body.toString('utf8')).toContain('"ProgressPercent":50')
      expect(asked.body.toString('utf8')).not.toContain('"Location"')
    } finally {
      await hasty.close()
    }
  })

  test('and cannot be converted the next time either, is a plain EPUB as before', async () => {
    const id = await shelve(await tooDeep('Abyss'))
    const kobo = await koboAt(house)
    await kobo.sync()
    const before = await artifactOf(id)
    const [erratum] = await errata()
    await house.api('POST', `/errata/${erratum?.id}/actions/retry`)
    await house.settled()
    expect(await artifactOf(id)).toEqual(before)
    expect((await errata()).map(({ kind }) => kind)).toEqual(['conversion-failed'])
    expect((await kobo.sync()).operations).toEqual([])
  })
})

test('what was finished is not made anew by another version of the converter', async () => {
  const id = await shelve(await makeEpub({ title: 'Emma' }))
  const kobo = await koboAt(house)
  await kobo.sync()
  const before = await artifactOf(id)
  await house.server.home.db.transact((tx) =>
    tx.updateTable('artifact').set({ converter: '0.0.0', scheme: 0 }).execute(),
  )
  await house.restart()
  await house.settled()
  const another = await koboAt(house)
  await another.sync()
  expect(await artifactOf(id)).toEqual(before)
  expect(another.contents()[0]?.sha256).toBe(kobo.contents()[0]?.sha256)
  expect((await kobo.sync()).operations).toEqual([])
  expect(jobs).toEqual(['convert'])
})

test('while many books are converted, requests are answered', async () => {
  const chapter = '<p>It was a <i>dark</i> night. “Who is there?” she said. Nobody answered.</p>'
  const ids: string[] = []
  for (let seed = 0; seed < 40; seed += 1) {
    const chapters = Array.from(
      { length: 5 },
      (_, n) => `<h1>${seed} ${n}</h1>${chapter.repeat(300)}`,
    )
    ids.push((await house.addBook(await makeEpub({ title: `Volume ${seed}`, chapters }))).id)
  }
  const kobo = await koboAt(house)
  await house.shelf('Sofa', ids)
  let whilePreparing = 0
  const isDone = async () => {
    const { body } = await house.api<{ items: { preparing: boolean }[] }>('GET', '/books?limit=100')
    const { status } = await sendAs(kobo, { method: 'GET', path: '/v1/library/sync' })
    expect(status).toBe(200)
    const isPreparing = body.items.some(({ preparing }) => preparing)
    if (isPreparing) whilePreparing += 1
    return !isPreparing
  }
  await expect.poll(isDone, { interval: 1, timeout: 25_000 }).toBe(true)
  expect(whilePreparing).toBeGreaterThan(3)
  expect(jobs).toEqual(ids.map(() => 'convert'))
})
