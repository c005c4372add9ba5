import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openHouse, type House } from './house.ts'
import { koboOn, type HouseKobo } from './kobo-at.ts'

/** What Kobos of such a house are told that it is called; nobody but the simulated Kobo resolves that. */
export const PUBLIC_URL = 'http://books.example.org'

/** A password that nobody guesses. */
export const PASSWORD = 'a lantern in the hall'

/** A server that nobody owns yet, at an address that a Kobo can be given. The caller closes it. */
export function openEmptyHouse(): Promise<House> {
  return openHouse({ isEmpty: true, publicUrl: PUBLIC_URL })
}

/** The link of the first visit that a house logged last, at the address where the house is reached. */
export function firstVisitLink(house: House): string {
  const [link] = house.log
    .flatMap((line) => /http\S+\/first-visit\?code=[\w-]+/.exec(line)?.[0] ?? [])
    .slice(-1)
  if (link === undefined) throw new Error('The house logged no link of a first visit.')
  return link.replace(PUBLIC_URL, house.url)
}

/** Turns on a simulated Kobo that was given the address on the page that is shown. `closeKobos` ends it. */
export async function koboByPage(house: House, page: Page): Promise<HouseKobo> {
  const syncUrl = await page.getByLabel('Its address').inputValue()
  const secret = syncUrl.split('/').at(-1) ?? ''
  const path = await page
    .getByRole('link', { name: 'See how far it has come' })
    .getAttribute('href')
  const device = /devices\/([\w-]+)/.exec(path ?? '')?.[1]
  if (device === undefined || secret === '') throw new Error('The page shows no address.')
  const home = mkdtempSync(join(tmpdir(), 'holdfast-kobo-'))
  return koboOn(house, { home, device, syncUrl, behind: house.url })
}
