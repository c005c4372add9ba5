import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { elementsOf, faultsOf, wordsOf } from '../support/html.ts'
import { HOUR, NAME, openKoboSeen, type KoboSeen } from '../support/kobo-seen.ts'

let seen: KoboSeen
let scene: KoboSeen['scene']
let kobo: KoboSeen['kobo']
let anna: KoboSeen['anna']
let device: KoboSeen['device']
beforeEach(async () => {
  seen = await openKoboSeen()
  ;({ scene, kobo, anna, device } = seen)
})
afterEach(() => seen.close())

describe('the plate of a Kobo', () => {
  const rowsOf = (html: string) =>
    elementsOf(html)
      .filter(({ tagName }) => tagName === 'tr')
      .map(wordsOf)

  test('says how far what is wanted has come, step by step, and the gap', async () => {
    expect(rowsOf(anna.shown.html)).toEqual(['Wanted 3', 'Offered 3', 'Entitled 3', 'On device 3'])
    await scene.shelve('Dracula', 'Kim')
    await anna.go('/devices')
    expect(rowsOf(anna.shown.html)).toEqual([
      'Wanted 5',
      'Offered 3',
      'Entitled 3',
      'On device 3',
      'Apart 2',
    ])
    expect(anna.words).toContain('3 of 5 wanted books are on it; 2 not there.')
    expect(anna.words).toContain('At the next sync 2 books arrive.')
    kobo.remove(scene.id('Emma'))
    await scene.sync(kobo)
    await scene.later(HOUR)
    await anna.go('/devices')
    expect(rowsOf(anna.shown.html)[0]).toBe('Wanted 4')
  })

  test('agrees with the contents, whatever became of the books', async () => {
    const states = async () => {
      const { items } = (
        await scene.house.api<{ items: { status: string }[] }>(
          'GET',
          `/devices/${kobo.device}/contents?limit=100`,
        )
      ).body
      return items.map(({ status }) => status)
    }
    const onDevice = async () => {
      await anna.go('/devices')
      return rowsOf(anna.shown.html).find((row) => row.startsWith('On device'))
    }
    await scene.shelve('Dracula')
    await scene.house.api('POST', `/devices/${kobo.device}/resend`, { books: [scene.id('Emma')] })
    expect((await states()).toSorted()).toEqual(['missing', 'on-device', 'on-device', 'waiting'])
    expect(await onDevice()).toBe('On device 2')
    await scene.sync(kobo)
    await scene.later(HOUR)
    await scene.sync(kobo)
    const count = (await states()).filter((status) => status === 'on-device').length
    expect(await onDevice()).toBe(`On device ${count}`)
  })

  test('pauses it and goes on, and leads to another address and to its revocation', async () => {
    await anna.press(`Pause ${NAME}`)
    expect(new URL(anna.shown.url).pathname).toBe('/devices')
    expect(anna.words).toContain('It is paused: it is sent nothing.')
    await device()
    await anna.press(`Go on ${NAME}`)
    expect(new URL(anna.shown.url).pathname).toBe(`/devices/${kobo.device}`)
    expect(anna.words).toContain('The next sync has nothing to do.')
    await anna.follow(`Another address ${NAME}`)
    expect(anna.shown.html).toContain('id="address"')
    await anna.press(`Revoke ${NAME}`)
    await anna.go('/devices')
    expect(anna.words).toContain(`Let it in again ${NAME}`)
    expect(anna.words).not.toContain(`Pause ${NAME}`)
  })

  test('is not paused by a form that says neither', async () => {
    const { fields } = anna.form(`Pause ${NAME}`)
    const token = fields.find(([name]) => name === 'token')?.[1] ?? ''
    const pause = `/devices/${kobo.device}/pause`
    for (const form of [
      {},
      { paused: 'maybe', back: 'device' },
      { paused: 'yes', back: 'https://e.example' },
    ])
      expect((await anna.post(pause, { token, ...form })).status).toBe(400)
  })
})

describe('a running sync', () => {
  test('is told on the page of the Kobo, and is over after a minute of silence', async () => {
    const now = `/devices/${kobo.device}/now`
    await scene.shelve('Dracula')
    await anna.go(now)
    expect(anna.words).toContain('It is silent.')
    await kobo.sync()
    await scene.later(0)
    await anna.go(now)
    expect(anna.words).toMatch(
      /It has what was due, since today \d\d:\d\d ?: one operation sent, one book downloaded so far\./,
    )
    expect(faultsOf(anna.shown.html)).toEqual([])
    await anna.go(`/devices/${kobo.device}`)
    expect(anna.words).toContain('one operation sent, one book downloaded so far.')
    await scene.later(2 * 60_000)
    await anna.go(now)
    expect(anna.words).toContain('It is silent.')
  })
})

test('somebody without a Kobo reads how to connect one', async () => {
  await scene.house.person('Ben')
  const ben = openBrowser(scene.house.url)
  await ben.signIn('Ben')
  await ben.follow('Devices')
  expect(ben.words).toContain('No Kobo yet.')
  expect(faultsOf(ben.shown.html)).toEqual([])
})
