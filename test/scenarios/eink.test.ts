import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { KOBO_BROWSER } from '../support/kobo-browser.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

const DESKTOP = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** The sheet that a page names, as a browser of this name gets it. */
async function sheet(agent: string) {
  const headers = { 'user-agent': agent }
  const page = await (await fetch(`${house.url}/sign-in`, { headers })).text()
  const href = /<link rel="stylesheet" href="([^"]+)"/.exec(page)?.[1] ?? ''
  const answer = await fetch(new URL(href, `${house.url}/sign-in`), { headers })
  return { answer, text: await answer.text(), page }
}

test('the browser of a Kobo gets the sheet for electronic paper, by the address that every browser asks for', async () => {
  const kobo = await sheet(KOBO_BROWSER)
  const desktop = await sheet(DESKTOP)
  expect([kobo.answer.status, kobo.answer.headers.get('content-type')]).toEqual([
    200,
    'text/css; charset=utf-8',
  ])
  expect(kobo.page).toContain('rel="stylesheet"')
  expect(desktop.text).toContain('--paper')
  expect(kobo.text).toContain('background: #fff')
  expect(kobo.answer.headers.get('vary')).toContain('user-agent')
})

test('its sheet needs nothing that an old WebKit lacks', async () => {
  const { text } = await sheet(KOBO_BROWSER)
  const rules = text.replaceAll(/\/\*[^]*?\*\//g, '')
  expect(rules.length).toBeGreaterThan(1000)
  expect(rules).not.toMatch(/var\(|--|light-dark|clamp\(|\bmin\(|\bmax\(|calc\(/)
  expect(rules).not.toMatch(/\bgrid\b|\bflex\b|\bgap:|\binset|aspect-ratio|writing-mode|sticky/)
  expect(rules).not.toMatch(/:is\(|:where\(|:has\(|:focus-visible|@layer|@container|@supports/)
  expect(rules).not.toMatch(/-inline|-block:|\brem\b|woff2|\d+ms|rgb\([^,]*\//)
  for (const [, value] of rules.matchAll(/transition: ([^;]*);/g)) expect(value).toContain('none')
})

test('a Kobo asks for it again, since its version is that of the other sheet', async () => {
  const kobo = await sheet(KOBO_BROWSER)
  expect(kobo.answer.headers.get('cache-control')).toBe('no-cache')
  const tag = kobo.answer.headers.get('etag') ?? ''
  const headers = { 'user-agent': KOBO_BROWSER, 'if-none-match': tag }
  expect((await fetch(kobo.answer.url, { headers })).status).toBe(304)
  const { answer } = await sheet(DESKTOP)
  expect(answer.headers.get('cache-control')).toContain('immutable')
})

test('every script of a page is a module, which an old WebKit leaves alone', async () => {
  const anna = openBrowser(house.url, { 'user-agent': KOBO_BROWSER })
  await anna.signIn('Anna')
  for (const path of ['/books', '/shelves', '/devices', '/connect', '/errata', '/account']) {
    const { status, html } = await anna.go(path)
    const tags = [...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag)
    expect([path, status, tags.length > 0]).toEqual([path, 200, true])
    for (const tag of tags)
      expect([path, tag]).toEqual([path, expect.stringContaining('type="module"')])
  }
})
