import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { sendAs } from '../support/device-request.ts'
import { atSync } from '../support/fault-at.ts'
import { attribute, below, elementsOf, faultsOf, wordsOf } from '../support/html.ts'
import { HOUR, NAME, openKoboSeen, type KoboSeen } from '../support/kobo-seen.ts'

let seen: KoboSeen
let scene: KoboSeen['scene']
let kobo: KoboSeen['kobo']
let anna: KoboSeen['anna']
beforeEach(async () => {
  seen = await openKoboSeen()
  ;({ scene, kobo, anna } = seen)
})
afterEach(() => seen.close())

const look = () => anna.go(`/devices/${kobo.device}`)

/** The rows of the table that stands beside the chart of this name. */
function rowsBeside(chart: string): string[] {
  const figure = elementsOf(anna.shown.html).find(
    (each) => each.tagName === 'figure' && wordsOf(each).startsWith(chart),
  )
  if (!figure) throw new Error(`There is no chart “${chart}”.`)
  return below(figure)
    .filter(({ tagName }) => tagName === 'tr')
    .map((row) => wordsOf(row))
}

describe('the age of proof', () => {
  test('is told in days that have passed', async () => {
    const told: [hours: number, row: string][] = [
      [23, 'within a day 3'],
      [30, 'within a week 3'],
      [156, 'within a week 3'],
      [180, 'within a month 3'],
    ]
    // Since they came.
    let passed = 1
    for (const [hours, row] of told) {
      await scene.later((hours - passed) * HOUR)
      passed = hours
      await look()
      expect(rowsBeside('Age of proof')).toContain(row)
    }
  })
})

describe('the timeline of syncs', () => {
  test('says that it shows the newest where there are more than are drawn', async () => {
    for (let sync = 0; sync < 200; sync++) {
      scene.house.advance(2 * 60_000)
      const answer = await sendAs(kobo, { method: 'GET', path: '/v1/library/sync' })
      expect(answer.status).toBe(200)
    }
    await look()
    expect(anna.words).toContain('One mark for each of the newest 200 syncs')
    expect(rowsBeside(`Syncs of ${NAME}`)).toHaveLength(201)
    expect(anna.shown.html).toContain('The newest 200 syncs of four weeks; ')
  })

  test('says of a Kobo that called and never asked for its library just that', async () => {
    await scene.later(HOUR)
    await sendAs(kobo, { method: 'GET', path: '/v1/user/profile' })
    await scene.later(HOUR)
    await look()
    expect(rowsBeside(`Syncs of ${NAME}`).join()).toContain('never asked for its library')
    expect(anna.words).not.toContain('brought nothing')
  })
})

describe('what is drawn of a Kobo', () => {
  test('says the same as a table: its syncs, the time from the shelf, and the age of proof', async () => {
    await look()
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
    await look()
    expect(anna.words).toContain('4 syncs in four weeks; 1 broke off.')
    expect(anna.words).toContain('broke off 1')
    // Those that came at once, and the one that came with the second try.
    expect(anna.words).toContain('within ten minutes 3 within an hour 1')
  })

  test('leads from a sync to where the diary tells of it', async () => {
    await look()
    const link = elementsOf(anna.shown.html)
      .map((each) => attribute(each, 'href') ?? '')
      .find((href) => href.includes('#sync-'))
    const id = link?.split('#')[1] ?? 'none'
    await anna.go(link ?? '')
    expect(elementsOf(anna.shown.html).map((each) => attribute(each, 'id'))).toContain(id)
  })

  test('stands where the whole Kobo is seen, and not beside a part of its books', async () => {
    await look()
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
