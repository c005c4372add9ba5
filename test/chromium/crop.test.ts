import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startChromium, type Chromium } from '../support/chromium.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { quarteredPicture } from '../support/quartered.ts'

let chromium: Chromium
let house: House
let id: string
beforeAll(async () => {
  chromium = await startChromium()
  house = await openHouse()
  id = (await house.addBook(await makeEpub({ title: 'Emma', cover: await quarteredPicture() }))).id
}, 120_000)
afterAll(async () => {
  await chromium.close()
  await house.close()
})

async function fields(page: Page): Promise<number[]> {
  const sides = ['Left', 'Right', 'Top', 'Bottom']
  const said = sides.map((side) => page.getByLabel(side, { exact: true }).inputValue())
  return (await Promise.all(said)).map(Number)
}

test('a cover is cropped by dragging a frame, by the arrow keys, and by the fields, which say the same', async () => {
  const person = await chromium.signIn(house.url, 'Anna')
  const { page } = person
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${house.url}/books/${id}/cover`)
  const left = page.getByRole('slider', { name: 'Left edge' })
  await left.waitFor()
  const picture = await page.locator('#whole').boundingBox()
  if (!picture) throw new Error('There is no picture.')
  expect(picture.x + picture.width).toBeLessThan(390)

  // The left edge by a quarter of the picture, and then the whole frame upwards, where it cannot go.
  const drag = async (from: [number, number], to: [number, number]) => {
    const at = ([x, y]: [number, number]) =>
      [picture.x + x * picture.width, picture.y + y * picture.height] as const
    await page.mouse.move(...at(from))
    await page.mouse.down()
    await page.mouse.move(...at(to), { steps: 3 })
    await page.mouse.up()
  }
  await drag([0, 0.5], [0.25, 0.5])
  await drag([0.6, 0.3], [0.5, 0.1])
  const [l = 0, r = 0, ...upright] = await fields(page)
  expect(l).toBeCloseTo(15, 0)
  expect(r).toBeCloseTo(10, 0)
  expect(upright).toEqual([0, 0])

  // By the keyboard, with and without the key for more.
  await page.getByLabel('Left', { exact: true }).fill('15')
  await left.focus()
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('ArrowLeft')
  expect((await fields(page))[0]).toBe(24)
  await page.getByRole('slider', { name: 'Bottom edge' }).focus()
  await page.keyboard.press('ArrowUp')
  expect((await fields(page))[3]).toBe(1)
  expect(await left.getAttribute('aria-valuetext')).toBe('24 % cut off')

  await page.getByLabel('Right', { exact: true }).fill('50')
  const over = await page.locator('#left-over').getAttribute('viewBox')
  expect(over?.split(' ').map(Number)).toEqual([144, 0, 156, 792])
  await page.getByRole('button', { name: 'Keep this crop' }).click()
  await page.getByText('The cover shows what you chose.').waitFor()
  const { body } = await house.api<{ coverCrop: object }>('GET', `/books/${id}`)
  expect(body.coverCrop).toEqual({ left: 0.24, top: 0, width: 0.26, height: 0.99 })
  await person.leave()
}, 60_000)

test('a finger moves the frame, and not the page', async () => {
  const person = await chromium.signIn(house.url, 'Anna')
  const { page } = person
  await page.setViewportSize({ width: 390, height: 500 })
  await page.goto(`${house.url}/books/${id}/cover`)
  await page.getByLabel('Left', { exact: true }).fill('10')
  await page.getByLabel('Right', { exact: true }).fill('30')
  const whole = page.locator('#whole')
  await whole.scrollIntoViewIfNeeded()
  const picture = await whole.boundingBox()
  if (!picture) throw new Error('There is no picture.')
  const before = await fields(page)
  const scrolled = await page.evaluate('scrollY')

  const finger = await page.context().newCDPSession(page)
  await finger.send('Emulation.setTouchEmulationEnabled', { enabled: true })
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: [number, number]) =>
    finger.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: at
        ? [{ x: picture.x + at[0] * picture.width, y: picture.y + at[1] * picture.height }]
        : [],
    })
  await touch('touchStart', [0.4, 0.3])
  for (const step of [1, 2, 3, 4]) await touch('touchMove', [0.4 + step * 0.05, 0.3 + step * 0.05])
  await touch('touchEnd')
  const [left = 0, right = 0] = await fields(page)
  expect(left - (before[0] ?? 0)).toBeCloseTo(20, 0)
  expect((before[1] ?? 0) - right).toBeCloseTo(20, 0)
  expect(await page.evaluate('scrollY')).toBe(scrolled)
  await person.leave()
}, 60_000)
