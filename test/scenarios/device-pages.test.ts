import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { atSync } from '../support/fault-at.ts'
import { attribute, elementsOf, faultsOf, wordsOf } from '../support/html.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const NAME = 'Anna’s <Libra> & "more"'
const HOUR = 60 * 60_000

let scene: Scene
let kobo: HouseKobo
let anna: Browser
beforeEach(async () => {
  scene = await openScene(['Emma', '<b>Faust</b> & "more"', 'Persuasion'])
  kobo = await scene.kobo({ name: NAME })
  await scene.sync(kobo)
  await scene.later(HOUR)
  await scene.sync(kobo)
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
  await anna.follow('Devices')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

const device = () => anna.follow(NAME)
const bundlesIn = (html: string): string[] => html.match(/syncs\/\d+\/bundle/g) ?? []

describe('the pages of a Kobo', () => {
  test('tell what it holds, what that rests on, and the next sync', async () => {
    expect(anna.words).toContain(`Devices Connect a Kobo ${NAME}`)
    expect(anna.words).toContain('last seen today ')
    expect(faultsOf(anna.shown.html)).toEqual([])
    await device()
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('The next sync has nothing to do.')
    expect(anna.words).toContain('on device listed by the Kobo, today')
    expect(anna.words).toContain('<b>Faust</b> & "more"')
    expect(anna.shown.html).not.toContain('<b>Faust')
    await scene.shelve('Dracula')
    await anna.go(anna.shown.url)
    expect(anna.words).toMatch(/At the next sync one book arrives\. \d+ kB arrive\./)
    expect(anna.words).toContain('Dracula It arrives at the next sync.')
    await anna.follow('How that is known of “Emma”')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toMatch(/more" Emma on device Offered /)
    expect(anna.words).toContain(' Downloaded in full: the last byte was sent.')
    expect(anna.words).toContain(' Offered; acknowledged.')
  })

  test('send a missing book again: first the cost, then the wish, then the sync, then the diary', async () => {
    kobo.loseRows([scene.id('Emma')])
    expect(kobo.titles()).not.toContain('Emma')
    await device()
    await anna.press('Send again…', { book: scene.id('Emma') })
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toMatch(/more" Send again “Emma”\?/)
    expect(anna.words).toContain('At the next sync one book arrives.')
    expect(anna.words).toMatch(/Downloaded books that may have to be fetched again: 1 \(\d+ kB\)\./)
    expect(anna.words).toContain('“Emma” arrives.')

    expect((await scene.sync(kobo)).operations).toEqual([])
    await anna.press('Yes, send again')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('It is asked for.')
    expect(anna.words).toContain('At the next sync one book arrives.')
    expect(anna.words).toContain('missing')

    await scene.later(HOUR)
    await scene.sync(kobo)
    expect(kobo.titles()).toContain('Emma')
    await anna.follow('diary')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('It was sent what was foretold.')
    await scene.later(HOUR)
    await scene.sync(kobo)
    await anna.go(`/devices/${kobo.device}`)
    expect(anna.words).toContain('The next sync has nothing to do.')
  })

  test('filter what is missing, and send all of it again', async () => {
    await scene.house.api('POST', `/devices/${kobo.device}/reset-sync`)
    kobo.loseRows([scene.id('Emma'), scene.id('Persuasion')])
    await device()
    await anna.follow('Missing')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('Emma')
    await anna.press('Send all missing books again…')
    expect(anna.words).toMatch(/more" Send again 3 books\?/)
    await anna.press('Yes, send again')
    await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['<b>Faust</b> & "more"', 'Emma', 'Persuasion'])
    for (const [filter, words] of [
      ['Missing', 'Nothing is missing.'],
      ['Doubtful', 'Nothing is in doubt.'],
      ['Extra', 'Nothing is there that should not be.'],
    ] as const) {
      await anna.follow(filter)
      expect(anna.words).toContain(words)
    }
  })

  test('show what should not be there any more', async () => {
    await scene.unshelve('Emma')
    await device()
    await anna.follow('Extra')
    expect(anna.words).toContain('Emma')
    expect(anna.words).toContain('orphan')
    expect(anna.words).not.toContain('Persuasion')
    expect(anna.words).toContain('At the next sync one book leaves.')
  })

  test('bring back what its reader removed, one or several, and remove and send again', async () => {
    const [emma, persuasion] = [scene.id('Emma'), scene.id('Persuasion')]
    kobo.remove(emma)
    await scene.sync(kobo)
    await device()
    await anna.press('Bring back…', { book: [emma, persuasion] })
    expect(anna.shown.status).toBe(409)
    expect(anna.words).toContain('Nobody removed this book on the Kobo.')
    expect(faultsOf(anna.shown.html)).toEqual([])
    await anna.go(`/devices/${kobo.device}/books/${emma}`)
    expect(anna.words).toContain('excluded')
    await anna.press('Bring it back…')
    await anna.press('Yes, bring back')
    await scene.sync(kobo)
    expect(kobo.titles()).toContain('Emma')

    await anna.go(`/devices/${kobo.device}`)
    await anna.press('Remove and send again…', { book: [emma, persuasion] })
    expect(anna.words).toContain('2 books')
    await anna.press('Yes, remove and send again')
    expect(anna.words).toContain('At the next sync 2 books leave.')
    for (let n = 0; n < 3; n++) await scene.sync(kobo)
    expect(kobo.titles()).toEqual(['<b>Faust</b> & "more"', 'Emma', 'Persuasion'])
  })

  test('reset the sync after saying what that costs', async () => {
    await device()
    await anna.press('Reset the sync…')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('Downloaded books that may have to be fetched again: 3')
    await anna.press('Yes, send everything again')
    expect(anna.words).toContain('At the next sync 3 books arrive.')
  })

  test('ask for a book when none was chosen, and know no other wishes', async () => {
    await device()
    await anna.press('Send again…')
    expect([anna.shown.status, anna.words]).toEqual([
      400,
      expect.stringContaining('Please choose one book at least.'),
    ])
    await anna.go(`/devices/${kobo.device}`)
    const token = anna.form('Reset the sync…').fields[0]?.[1] ?? ''
    const heal = `/devices/${kobo.device}/heal`
    expect((await anna.post(heal, { token, how: 'explode' })).status).toBe(400)
    expect((await anna.post(heal, { token, how: 'resend', book: 'x' })).status).toBe(404)
    expect((await anna.post(heal, { token, how: 'resend', book: 'x'.repeat(70) })).status).toBe(400)
    const books = Array.from({ length: 10_001 }, (_, n) => `b${n}`)
    expect((await anna.post(heal, { token, how: 'resend', book: books })).status).toBe(400)
    const long = { token, how: 'resend', book: 'x'.repeat(1_100_000) }
    expect((await anna.post(heal, long)).status).toBe(413)
    for (const query of ['filter=all&after=!', 'filter=others', 'after=%F0'])
      expect((await anna.go(`/devices/${kobo.device}?${query}`)).status).toBe(400)
    expect((await anna.go(`/devices/${kobo.device}/books/x`)).status).toBe(404)
  })

  test('offer nothing for a Kobo that was revoked, and say that one is paused', async () => {
    await scene.house.api('PATCH', `/devices/${kobo.device}`, { paused: true })
    await device()
    expect(anna.words).toContain('It is paused, so the next sync brings nothing.')
    const token = anna.form('Reset the sync…').fields[0]?.[1] ?? ''
    await scene.house.api('DELETE', `/devices/${kobo.device}`)
    await anna.go(anna.shown.url)
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('It was revoked')
    expect(anna.shown.html).not.toContain('value="resend"')
    const forms = [{ how: 'reset-sync' }, { how: 'resend', book: scene.id('Emma') }]
    for (const form of forms) {
      const address = `/devices/${kobo.device}/heal`
      expect((await anna.post(address, { token, ...form, confirm: '1' })).status).toBe(409)
      expect(anna.words).toContain('This Kobo was revoked.')
    }
    const { status } = await scene.house.api('POST', `/devices/${kobo.device}/reset-sync`)
    expect(status).toBe(409)
  })

  test('go on over several pages, with each book on one of them', async () => {
    const titles = Array.from({ length: 101 }, (_, n) => `Volume ${String(n).padStart(3, '0')}`)
    await scene.shelve(...titles)
    await device()
    const pages = [anna.shown.html]
    while (anna.shown.html.includes('Further books'))
      pages.push((await anna.follow('Further books')).html)
    expect(pages).toHaveLength(2)
    const ids = pages.flatMap((html) => html.match(/name="book" value="[^"]+"/g) ?? [])
    expect([ids.length, new Set(ids).size]).toEqual([104, 104])
  })
})

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

describe('what is drawn of a Kobo', () => {
  test('says the same as a table: its syncs, the time from the shelf, and the age of proof', async () => {
    await device()
    expect(anna.words).toContain('2 syncs in four weeks; none broke off.')
    expect(anna.words).toContain('Began How it ended Sent')
    expect(anna.words).toContain('complete 3')
    expect(anna.words).toMatch(
      /Of the last 3 books, all were downloaded within \d+ s of being shelved/,
    )
    expect(anna.words).toContain('Of 3 books that it has, 3 were proven within a week.')
    expect(anna.words).toContain('within a day 3')
    await scene.later(40 * 24 * HOUR)
    await anna.signIn('Anna')
    await anna.go(`/devices/${kobo.device}`)
    expect(anna.words).toContain('It did not sync for four weeks.')
    expect(anna.words).toContain('within three months 3')
    expect(faultsOf(anna.shown.html)).toEqual([])
  })

  test('shows a sync that broke off as such', async () => {
    await scene.shelve('Dracula')
    await kobo.sync({ faults: atSync(1, { kind: 'lose-reply' }) })
    await scene.later(HOUR)
    await scene.sync(kobo)
    await device()
    expect(anna.words).toContain('4 syncs in four weeks; 1 broke off.')
    expect(anna.words).toContain('broke off 1')
    // Those that came at once, and the one that came with the second try.
    expect(anna.words).toContain('within ten minutes 3 within an hour 1')
  })

  test('leads from a sync to where the diary tells of it', async () => {
    await device()
    const link = elementsOf(anna.shown.html)
      .map((each) => attribute(each, 'href') ?? '')
      .find((href) => href.includes('#sync-'))
    const id = link?.split('#')[1] ?? 'none'
    await anna.go(link ?? '')
    expect(elementsOf(anna.shown.html).map((each) => attribute(each, 'id'))).toContain(id)
  })

  test('stands where the whole Kobo is seen, and not beside a part of its books', async () => {
    await device()
    expect(anna.words).toContain('How old the proof is')
    await anna.follow('Missing')
    expect(anna.words).not.toContain('How old the proof is')
  })

  test('is said in words where there is nothing to draw', async () => {
    await scene.house.person('Ben')
    const ben = openBrowser(scene.house.url)
    await ben.signIn('Ben')
    await ben.go('/connect')
    await ben.press('Make its address', { name: 'Clara', carries: 'all' })
    await ben.go('/devices')
    await ben.follow('Clara')
    expect(ben.words).toContain('Nothing is wanted on it.')
    expect(ben.words).toContain('It never synced.')
    expect(ben.words).toContain('Nothing was downloaded yet since it was put on a shelf.')
    expect(ben.words).toContain('Nothing taken along yet.')
    expect(faultsOf(ben.shown.html)).toEqual([])
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

describe('the diary', () => {
  test('tells each sync, the requests behind it, and gives its bundle', async () => {
    await device()
    await anna.follow('Its diary')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(anna.words).toContain('Came for the first time.')
    expect(anna.words).toContain('library-sync, with 3 operations')
    expect(anna.words).toContain('download of “Emma”')
    const [bundle] = bundlesIn(anna.shown.html)
    await anna.go(`/devices/${kobo.device}/${bundle}`)
    expect(anna.shown.headers.get('content-disposition')).toMatch(
      /^attachment; filename="holdfast-sync-\d+\.json"$/,
    )
    expect(JSON.parse(anna.shown.html)).toMatchObject({ format: 'holdfast-sync-1' })
    expect(anna.shown.html).not.toContain('Emma')
    expect((await anna.go(`/devices/${kobo.device}/syncs/9999999/bundle`)).status).toBe(404)
  })

  test('says how long a sync took as every other page says lengths of time', async () => {
    await scene.shelve('Dracula')
    const slowly = () => {
      scene.house.advance(10_000)
      return undefined
    }
    await kobo.sync({ faults: slowly })
    await scene.later(HOUR)
    await scene.sync(kobo)
    await anna.go(`/devices/${kobo.device}/syncs`)
    expect(anna.words).toMatch(/today \d\d:\d\d , one minute: 1 new/)
  })

  test('goes on over several pages, with each sync on one of them', async () => {
    for (let n = 0; n < 10; n++) {
      await scene.later(HOUR)
      await scene.sync(kobo)
    }
    await anna.go(`/devices/${kobo.device}/syncs`)
    const syncs = bundlesIn(anna.shown.html)
    await anna.follow('Older syncs')
    syncs.push(...bundlesIn(anna.shown.html))
    expect([syncs.length, new Set(syncs).size]).toEqual([12, 12])
    expect(anna.words).not.toContain('Older syncs')
  })
})

test('the library is searched, and tells of books that are on no shelf too', async () => {
  await scene.bring('Unshelved')
  await anna.follow('Library')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('Unshelved A. Writer')
  await anna.go('/books?q=pers')
  expect(anna.words).toContain('Persuasion')
  expect(anna.words).not.toContain('Unshelved')
  await anna.go('/books?q=%3Cscript%3E')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('No book matches.')
})

test('somebody without a Kobo reads how to connect one', async () => {
  await scene.house.person('Ben')
  const ben = openBrowser(scene.house.url)
  await ben.signIn('Ben')
  await ben.follow('Devices')
  expect(ben.words).toContain('No Kobo yet.')
  expect(faultsOf(ben.shown.html)).toEqual([])
})
