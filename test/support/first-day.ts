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
  const address = await page.getByLabel('Its address').inputValue()
  const path = await page
    .getByRole('link', { name: 'See how far it has come' })
    .getAttribute('href')
  return koboGiven(house, /devices\/([\w-]+)/.exec(path ?? '')?.[1] ?? '', address)
}

/** Turns on the simulated Kobo of this id, which was given this address. `closeKobos` ends it. */
export function koboGiven(house: House, device: string, syncUrl: string): HouseKobo {
  if (device === '' || syncUrl === '') throw new Error('No page shows what this Kobo was given.')
  const home = mkdtempSync(join(tmpdir(), 'holdfast-kobo-'))
  return koboOn(house, { home, device, syncUrl, behind: house.url })
}
