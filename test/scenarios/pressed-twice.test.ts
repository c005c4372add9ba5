import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser, type Browser, type Shown } from '../support/browser.ts'
import type { House } from '../support/house.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene
let house: House
let anna: Browser
beforeEach(async () => {
  scene = await openScene([], { publicUrl: 'http://books.example.org' })
  house = scene.house
  anna = openBrowser(house.url)
  await anna.signIn('Anna')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

type Press = { address: string; fields: Record<string, string> }

/** What a press of a button sends, with what is typed before. */
function pressOf(browser: Browser, words: string, typed: Record<string, string> = {}): Press {
  const { action, fields } = browser.form(words)
  const address = new URL(action, browser.shown.url).href.slice(house.url.length)
  return { address, fields: { ...Object.fromEntries(fields), ...typed } }
}

function send(browser: Browser, { address, fields }: Press): Promise<Shown> {
  return browser.post(address, fields, { origin: house.url })
}

/** Presses a button twice. What the browser shows is what the second press was answered. */
async function pressTwice(
  browser: Browser,
  words: string,
  typed?: Record<string, string>,
): Promise<{ first: Shown; second: Shown }> {
  const press = pressOf(browser, words, typed)
  return { first: await send(browser, press), second: await send(browser, press) }
}

async function namesAt(path: string): Promise<string[]> {
  const { body } = await house.api<{ items: { name: string }[] }>('GET', path)
  return body.items.map(({ name }) => name).sort()
}

/** The path at which somebody accepts an invitation of Anna's. */
async function invitation(): Promise<string> {
  await anna.go('/people')
  await anna.press('Invite', { label: 'Ben' })
  const [path] = /\/invitation\?code=[\w-]+/.exec(anna.shown.html) ?? []
  if (path === undefined) throw new Error(`No invitation is shown: ${anna.words}`)
  return path
}

const TOKEN = { label: 'Script', scope: 'read', days: '30' }
const ACCOUNT = { name: 'Ben', password: 'the password of Ben' }

describe('a button that is pressed twice', () => {
  test('makes one shelf, and both presses lead to it', async () => {
    await anna.go('/shelves')
    const { first, second } = await pressTwice(anna, 'Make it', { name: 'Bath' })
    expect(second.status).toBe(200)
    expect(second.url).toBe(first.url)
    expect(anna.words).toContain('Bath')
    expect(await namesAt('/shelves')).toEqual(['Bath', 'Sofa'])
  })

  test('makes one shelf although the second press comes before the first is answered', async () => {
    await anna.go('/shelves')
    const { address, fields } = pressOf(anna, 'Make it', { name: 'Bath' })
    const press = async () => {
      const answer = await fetch(`${house.url}${address}`, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { cookie: anna.cookie, origin: house.url },
        redirect: 'manual',
      })
      return [answer.status, answer.headers.get('location')]
    }
    const [first, second] = await Promise.all([press(), press()])
    expect(first?.[0]).toBe(303)
    expect(second).toEqual(first)
    expect(await namesAt('/shelves')).toEqual(['Bath', 'Sofa'])
  })

  test('makes one address of a Kobo, and the one that is shown is good', async () => {
    await anna.go('/connect')
    const { first, second } = await pressTwice(anna, 'Make its address', { name: 'Libra' })
    const [path = 'none'] = /\/kobo\/[\w-]{43}/.exec(second.html) ?? []
    expect(first.html).toContain(path)
    expect(await namesAt('/devices')).toEqual(['Libra'])
    const hello = await fetch(`${house.url}${path}/v1/initialization`)
    expect(hello.status).toBe(200)
  })

  test('makes one API token and one invitation', async () => {
    await anna.go('/account')
    const token = await pressTwice(anna, 'Make a token', TOKEN)
    expect(anna.words).toContain('It is not shown again.')
    expect(token.second.html).toBe(token.first.html)
    await anna.go('/people')
    const invitation = await pressTwice(anna, 'Invite', { label: 'Ben' })
    expect(invitation.second.html).toBe(invitation.first.html)
    expect(anna.words.match(/For Ben/g)).toHaveLength(1)
  })

  test('deletes a shelf, and leads to the others', async () => {
    await anna.go(`/shelves/${scene.shelf}`)
    await anna.press('Delete this shelf…')
    const { second } = await pressTwice(anna, 'Yes, delete the shelf')
    expect(second.status).toBe(200)
    expect(new URL(second.url).pathname).toBe('/shelves')
    expect(await namesAt('/shelves')).toEqual([])
  })

  test('signs somebody out, and nothing is said to be undone', async () => {
    const { first, second } = await pressTwice(anna, 'Sign out Anna')
    expect(second.url).toBe(first.url)
    expect(anna.words).not.toContain('was not done')
  })

  test('tells twice what could not be done', async () => {
    await anna.go('/shelves')
    const { first, second } = await pressTwice(anna, 'Make it', { name: 'sofa' })
    expect([first.status, second.status]).toEqual([409, 409])
    expect(anna.words).toContain('You already have a shelf called “sofa”.')
  })

  test('is not taken for a press on the same page that was opened anew', async () => {
    for (const round of [1, 2]) {
      await anna.go('/people')
      await anna.press('Invite', { label: 'Ben' })
      expect(anna.words.match(/For Ben/g)).toHaveLength(round)
    }
  })

  test('is not answered to anybody else', async () => {
    await house.person('Ben')
    const ben = openBrowser(house.url)
    await ben.signIn('Ben')
    await anna.go('/account')
    const press = pressOf(anna, 'Make a token', TOKEN)
    expect((await send(anna, press)).status).toBe(200)
    expect((await send(ben, press)).status).toBe(403)
  })

  test('counts for ten minutes', async () => {
    await anna.go('/people')
    const press = pressOf(anna, 'Invite', { label: 'Ben' })
    await send(anna, press)
    house.advance(9 * 60_000)
    await send(anna, press)
    expect(anna.words.match(/For Ben/g)).toHaveLength(1)
    house.advance(2 * 60_000)
    await send(anna, press)
    expect(anna.words.match(/For Ben/g)).toHaveLength(2)
  })

  test('counts until fifty others were pressed', async () => {
    await anna.go('/people')
    const press = pressOf(anna, 'Invite', { label: 'Ben' })
    const often = async (times: number) => {
      for (let n = 0; n < times; n += 1)
        await send(anna, pressOf(anna, 'Daylight', { label: `${n}` }))
      await send(anna, press)
      return anna.words.match(/For Ben/g)?.length
    }
    await send(anna, press)
    expect(await often(49)).toBe(1)
    expect(await often(50)).toBe(2)
  })
})

describe('a door that is pressed twice', () => {
  test('lets somebody in by an invitation that is good once', async () => {
    const ben = openBrowser(house.url)
    await ben.go(await invitation())
    const { second } = await pressTwice(ben, 'Make my account', ACCOUNT)
    expect(second.status).toBe(200)
    expect(new URL(second.url).pathname).toBe('/books')
  })

  test('is one for a minute', async () => {
    const ben = openBrowser(house.url)
    await ben.go(await invitation())
    const press = pressOf(ben, 'Make my account', ACCOUNT)
    await send(ben, press)
    house.advance(59_000)
    expect((await send(ben, press)).status).toBe(200)
    house.advance(2000)
    expect((await send(ben, press)).status).toBe(404)
  })

  test('is closed to another browser that says the same', async () => {
    const ben = openBrowser(house.url)
    await ben.go(await invitation())
    const press = pressOf(ben, 'Make my account', ACCOUNT)
    expect(new URL((await send(ben, press)).url).pathname).toBe('/books')
    const other = openBrowser(house.url)
    expect((await send(other, press)).status).toBe(404)
    expect(other.cookie).toBe('')
  })
})
