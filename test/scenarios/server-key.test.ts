import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { rotateServerKey } from '../../src/server-key.ts'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(async () => {
  closeKobos()
  await house.close()
})

/** Stops the server, gives it another key, and opens it again. */
async function rotate(): Promise<void> {
  const { home } = house.server
  await home.db.transact((tx) => rotateServerKey(tx, home))
  await house.restart()
}

test('after the key was rotated old addresses and tokens open nothing, and a Kobo goes on as if nothing had been', async () => {
  const book = await house.addBook(await makeEpub({ title: 'Emma', cover: 'jpeg' }))
  const shelf = await house.shelf('All', [book.id])
  const kobo = await koboAt(house)
  await kobo.syncUntilQuiet()
  kobo.highlight(book.id, 'a passage of Anna')
  await kobo.close(book.id, { percent: 10, minutes: 1 })
  await kobo.syncUntilQuiet()
  const headers = { 'x-kobo-deviceid': kobo.deviceId }
  const read = async (path: string) => (await fetch(`${kobo.syncUrl}${path}`, { headers })).text()
  const told = await read(`/v1/library/${book.id}/metadata`)
  const file = /"Url":"([^"]+)"/.exec(told)?.[1] ?? ''
  const image = /"CoverImageId":"([^"]+)"/.exec(told)?.[1] ?? ''
  const template = /"image_url_template":"([^"]+)"/.exec(await read('/v1/initialization'))?.[1]
  const cover = (template ?? '')
    .replace('{ImageId}', image)
    .replace('{Width}', '355')
    .replace('{Height}', '530')
  const auth = await fetch(`${kobo.syncUrl}/v1/auth/device`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"UserKey":"x"}',
  })
  const { AccessToken } = (await auth.json()) as { AccessToken: string }
  const annotations = async () => {
    const bearer = { ...headers, authorization: `Bearer ${AccessToken}` }
    const url = `${house.url}/api/v3/content/${book.id}/annotations`
    return (await fetch(url, { headers: bearer })).text()
  }
  const syncsWithoutToken = async () => {
    const { db } = house.server.home
    const device = db.read.selectFrom('device').where('id', '=', kobo.device)
    return (await device.select('media_number').executeTakeFirst())?.media_number
  }
  const anna = openBrowser(house.url)
  await anna.signIn('Anna')
  expect(await annotations()).toContain('a passage of Anna')
  for (const url of [file, cover]) expect((await fetch(url)).status).toBe(200)

  const tokenless = await syncsWithoutToken()
  await rotate()
  for (const url of [file, cover]) expect((await fetch(url)).status).toBe(401)
  expect(await annotations()).not.toContain('a passage of Anna')
  expect((await anna.go('/errata')).url).toBe(`${house.url}/errata`)
  expect((await house.api('GET', '/books')).status).toBe(200)

  house.advance(2 * 60 * 60_000)
  const next = await kobo.sync()
  expect(next.completed).toBe(true)
  expect(next.operations.filter(({ kind }) => kind !== 'ChangedReadingState')).toEqual([])
  const more = await house.addBook(await makeEpub({ title: 'Walden', cover: 'jpeg' }))
  await house.api('POST', `/shelves/${shelf.id}/books`, { add: [more.id] })
  await house.settled()
  house.advance(2 * 60 * 60_000)
  await rotate()
  await kobo.syncUntilQuiet()
  // Its sync token is still known, so that nothing of what it holds is in doubt.
  expect(await syncsWithoutToken()).toBe(tokenless)
  expect(kobo.titles()).toEqual(['Emma', 'Walden'])
  expect(kobo.violations).toEqual([])
  const { body } = await house.api<{ items: { kind: string }[] }>('GET', '/errata')
  expect(body.items.map(({ kind }) => kind)).toEqual([])
})

test('the command rotates the key of a library that no server has open', async () => {
  const rotateBy = async () => {
    const err: string[] = []
    const code = await run(['key', 'rotate'], {
      out: () => undefined,
      err: (line) => void err.push(line),
      input: (async function* () {
        yield ''
      })(),
      env: { HOLDFAST_DATA_DIR: house.dataDir, HOLDFAST_LOG_LEVEL: 'silent' },
    })
    return { code, err: err.join('') }
  }
  expect(await rotateBy()).toEqual({ code: 1, err: expect.stringContaining('stop that one first') })
  const before = house.server.home.key
  await house.server.close()
  expect((await rotateBy()).code).toBe(0)
  await house.restart().catch(() => undefined)
  expect(house.server.home.key.equals(before)).toBe(false)
  expect(house.server.home.formerKeys.map((key) => key.equals(before))).toEqual([true])
})
