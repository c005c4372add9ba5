import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { sendAs } from '../support/device-request.ts'
import { below, elementsOf, wordsOf } from '../support/html.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let scene: Scene
let kobo: HouseKobo
let anna: Browser
beforeEach(async () => {
  scene = await openScene(['Emma', 'Faust'])
  kobo = await scene.kobo({ name: 'Libra' })
  await scene.sync(kobo)
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

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
      [23, 'within a day 2'],
      [30, 'within a week 2'],
      [156, 'within a week 2'],
      [180, 'within a month 2'],
    ]
    let passed = 0
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
      scene.house.advance(2 * MINUTE)
      const answer = await sendAs(kobo, { method: 'GET', path: '/v1/library/sync' })
      expect(answer.status).toBe(200)
    }
    await look()
    expect(anna.words).toContain('One mark for each of the newest 200 syncs')
    expect(rowsBeside('Syncs of Libra')).toHaveLength(201)
    expect(anna.shown.html).toContain('The newest 200 syncs of four weeks; ')
  })

  test('says of a Kobo that called and never asked for its library just that', async () => {
    await scene.later(HOUR)
    await sendAs(kobo, { method: 'GET', path: '/v1/user/profile' })
    await scene.later(HOUR)
    await look()
    expect(rowsBeside('Syncs of Libra').join()).toContain('never asked for its library')
    expect(anna.words).not.toContain('brought nothing')
  })
})
