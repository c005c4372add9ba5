import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/package-root.ts'
import { beyond } from '../support/beyond.ts'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openReadingRoom, type ReadingRoom } from '../support/reading-room.ts'
import { KOBO_BROWSER } from '../support/kobo-browser.ts'
import { roomPages } from '../support/room-pages.ts'
import { eachState, openHouses, type Houses } from '../support/room-states.ts'

/** Where they are written; git ignores it. */
const FOLDER = join(packageRoot(), '.cache', 'screenshots')

const SIZES = [
  ['desktop', { width: 1280, height: 900 }, undefined],
  ['phone', { width: 390, height: 844 }, undefined],
  // In greys, as the sheet for every browser looks there, and with the sheet that a Kobo's own browser gets.
  ['eink', { width: 1072, height: 1448 }, undefined],
  ['kobo', { width: 1072, height: 1448 }, KOBO_BROWSER],
] as const

/** `bin/test screenshots` asks for them by name; every other run leaves them out. */
const IS_ASKED_FOR = process.env['HOLDFAST_SCREENSHOTS'] !== undefined

describe.runIf(IS_ASKED_FOR)('screenshots of every page', () => {
  let chromium: Chromium
  let room: ReadingRoom
  let houses: Houses
  beforeAll(async () => {
    chromium = await startChromium()
    room = await openReadingRoom()
    houses = await openHouses(room)
    mkdirSync(FOLDER, { recursive: true })
  }, 120_000)
  afterAll(async () => {
    closeKobos()
    await houses.close()
    await room.scene.close()
    await chromium.close()
  })

  for (const [size, viewport, userAgent] of SIZES)
    for (const colorScheme of ['light', 'dark'] as const)
      test.skipIf(size === 'kobo' && colorScheme === 'dark')(
        `${size}, ${colorScheme}`,
        async () => {
          const ready = async (page: Page): Promise<void> => {
            await page.setViewportSize(viewport)
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
          }
          const look = async (name: string, person: Person): Promise<void> => {
            await person.page.evaluate(SETTLED)
            const shot = sharp(await person.page.screenshot({ fullPage: true }))
            await (size === 'eink' || size === 'kobo' ? shot.grayscale() : shot)
              .png()
              .toFile(join(FOLDER, `${name}-${size}-${colorScheme}.png`))
            expect(await beyond(person.page), name).toEqual([])
          }
          const person = await chromium.signIn(room.scene.house.url, 'Anna', { userAgent })
          await ready(person.page)
          for (const [name, path] of await roomPages(room)) {
            await person.page.goto(`${room.scene.house.url}${path}`)
            await look(name, person)
          }
          await person.leave()
          await eachState(chromium, houses, { userAgent, ready }, look)
        },
        300_000,
      )
})

/** Within the page: fonts are there, and every image, also those further down. */
const SETTLED = `(async () => {
  await document.fonts.ready
  for (const image of document.images) image.loading = 'eager'
  await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)))
})()`
