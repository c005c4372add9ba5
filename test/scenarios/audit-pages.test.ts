import { afterEach, beforeEach, expect, test } from 'vitest'
import { bringFrom } from '../support/audit-of.ts'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene
let kobo: HouseKobo
let anna: Browser
beforeEach(async () => {
  scene = await openScene(['Emma', 'Persuasion', 'Villette'])
  kobo = await scene.kobo({ name: 'Libra' })
  await scene.sync(kobo)
  await kobo.downloadAll()
  await scene.later(60 * 60_000)
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
  await anna.go(`/devices/${kobo.device}`)
  await anna.follow('Audit it by its own database')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** What a browser sends of a Kobo: also of the fields in which no file was chosen. */
function chosen(database: Uint8Array = bringFrom(kobo).database): FormData {
  const form = new FormData()
  form.set('takenAt', String(scene.house.now()))
  form.set('database', new File([new Uint8Array(database)], 'KoboReader.sqlite'))
  form.set('wal', new File([], ''))
  form.set('shm', new File([], ''))
  return form
}

test('an audit names what is lost, its healing says first what it costs, and the next sync brings it', async () => {
  kobo.loseRows([scene.id('Emma')])
  expect(faultsOf(anna.shown.html)).toEqual([])
  await anna.upload('Audit', chosen())
  expect(anna.shown.url).toMatch(/\/audits\/[\w-]+$/)
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('2 of 3 confirmed, 1 September.')
  expect(anna.words).toContain('As they should be: 2.')
  expect(anna.words).toContain('Lost Emma')
  const result = anna.shown.url

  await anna.press('Heal…', { class: 'lost' })
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('At the next sync one book arrives.')
  expect((await scene.sync(kobo)).operations).toEqual([])
  await anna.press('Yes, heal')
  expect(anna.words).toContain('It is asked for.')
  expect(anna.words).toContain('missing')
  await scene.later(60 * 60_000)
  await scene.sync(kobo)
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion', 'Villette'])
  await anna.follow('diary')
  expect(anna.words).toContain('It was sent what was foretold.')

  await anna.go(`/devices/${kobo.device}/audits`)
  await anna.follow('2 of 3 confirmed, 1 September')
  expect(anna.shown.url).toBe(result)
})

test('what is no database of a Kobo is told as it is, and makes no audit', async () => {
  await anna.upload('Audit', chosen(Buffer.from('no database')))
  expect(anna.shown.status).toBe(400)
  expect(faultsOf(anna.shown.html)).toEqual([])
  await anna.go(`/devices/${kobo.device}/audits`)
  const form = chosen()
  form.delete('database')
  await anna.upload('Audit', form)
  expect(anna.shown.status).toBe(400)
  await anna.go(`/devices/${kobo.device}/audits`)
  expect(anna.words).toContain('Audits so far None.')
})

test('what a browser sends that is none of it, or too much of it, makes no audit', async () => {
  const action = new URL(anna.form('Audit').action, anna.shown.url)
  const send = async (body: string) => {
    const type = { 'content-type': 'application/json' }
    const headers = { cookie: anna.cookie, origin: scene.house.url, ...type }
    return (await fetch(action, { method: 'POST', headers, body })).status
  }
  const read = { books: [], foreign: 0, salvaged: false, marks: true, token: null }
  expect(await send('{')).toBe(400)
  expect(await send('[]')).toBe(400)
  expect(await send(JSON.stringify({ ...read, email: 'anna@kobo.example' }))).toBe(400)
  expect(await send(JSON.stringify(read).padEnd(33 * 1024 * 1024))).toBe(413)
  await anna.go(`/devices/${kobo.device}/audits`)
  expect(anna.words).toContain('Audits so far None.')
  expect(await send(JSON.stringify(read))).toBe(200)
})

test('nobody uploads without the token of their session, or heals what no audit found', async () => {
  const audits = `/devices/${kobo.device}/audits`
  const token = new URL(anna.form('Audit').action, anna.shown.url).searchParams.get('token') ?? ''
  for (const address of [audits, `${audits}?token=${token.slice(1)}`]) {
    const headers = { cookie: anna.cookie, origin: scene.house.url }
    const body = chosen()
    const answer = await fetch(scene.house.url + address, { method: 'POST', headers, body })
    expect(answer.status).toBe(403)
  }
  expect((await anna.post(`${audits}?token=${token}`, {})).status).toBe(400)
  expect((await anna.go(`${audits}/nothing`)).status).toBe(404)
  const heal = `${audits}/nothing/heal`
  expect((await anna.post(heal, { token, class: 'lost' })).status).toBe(404)
  await anna.go(audits)
  await anna.upload('Audit', chosen())
  const real = `${new URL(anna.shown.url).pathname}/heal`
  expect(anna.words).not.toContain('Heal…')
  expect((await anna.post(real, { token })).status).toBe(400)
  expect((await anna.post(real, { token, class: 'ok' })).status).toBe(400)
})
