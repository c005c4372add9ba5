import { openBrowser } from '../support/browser.ts'
import type { House } from '../support/house.ts'
import { closeKobos, koboAt } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'
import type { Target } from './fuzz-requests.ts'

/** After so many requests a new target is needed: spoilt ones delete books and revoke devices too. */
export const REFURNISHED = 250

/**
 * Puts a book, a shelf and a Kobo that has synced into the house, and tells a fuzzer or a scanner of them. `proxied` is what a proxy says
 * with what the owner's browser asks. Ends every simulated Kobo.
 */
export async function furnish(house: House, proxied: Record<string, string> = {}): Promise<Target> {
  const book = await house.addBook(await makeEpub({ title: 'Emma', cover: 'jpeg' }))
  const shelf = await house.shelf('All', [book.id])
  await house.settled()
  const kobo = await koboAt(house, { name: 'Simulated', behind: house.url })
  await kobo.syncUntilQuiet()
  closeKobos()
  const { id: device, syncUrl } = await house.device('Fuzzed')
  const secret = syncUrl.split('/').at(-1) ?? ''
  const headers = { 'x-kobo-deviceid': 'f'.repeat(64) }
  const kobos = `${house.url}/kobo/${secret}`
  const told = await (await fetch(`${kobos}/v1/library/sync`, { headers })).text()
  const resources = await (await fetch(`${kobos}/v1/initialization`, { headers })).text()
  const files = [...told.matchAll(/\/kobo\/files\/[^"\\]+/gu)].map(([path]) => path)
  const covers = [...resources.matchAll(/\/kobo\/covers\/[^"\\]+/gu)].map(([path]) =>
    path
      .replace('{ImageId}', book.id)
      .replace(/\{(?:Width|Height|Quality)\}/gu, '100')
      .replace(/\{IsGreyscale\}/giu, 'true'),
  )
  const found = [...new Set([...files, ...covers.filter((path) => path.endsWith('.jpg'))])]
  const browser = openBrowser(house.url, proxied)
  await browser.signIn(house.owner.name)
  return {
    url: house.url,
    secret,
    token: house.owner.token,
    book: book.id,
    shelf: shelf.id,
    device,
    files: found,
    cookie: browser.cookie,
    form: browser.form(`Sign out ${house.owner.name}`).fields[0]?.[1] ?? '',
  }
}
