import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { faultsOf } from '../support/html.ts'
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
