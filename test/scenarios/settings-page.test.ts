import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

async function at(name: string): Promise<Browser> {
  const browser = openBrowser(house.url)
  await browser.signIn(name)
  await browser.follow('Settings')
  return browser
}

test('the owner sees how the server is set up, and what a backup must hold', async () => {
  await house.person('Ben')
  await house.api('POST', '/invitations', { label: 'Cleo' })
  const anna = await at('Anna')
  expect(faultsOf(anna.shown.html)).toEqual([])
  expect(anna.words).toContain('Anna and Ben. One invitation is open.')
  expect(anna.words).toContain('At least 10 characters')
  const passkeys = 'Passkeys need an address with a name, and https unless it is this very machine.'
  expect(anna.words).toContain(passkeys)
  expect(anna.words).toContain(`Data ${house.dataDir} By HOLDFAST_DATA_DIR`)
  expect(anna.words).toContain(`Inbox ${house.dataDir}/inbox`)
  expect(anna.words).toContain(`Copy ${house.dataDir} , all of it.`)
  expect(anna.words).toContain(`described at ${house.url}/api/v1/openapi.json`)
  await anna.follow('Invite or remove somebody')
  expect(anna.words).toContain('For Cleo')
  await anna.go('/account')
  expect(anna.words).toContain(passkeys)
})

test('others see what concerns them, and no paths of the machine', async () => {
  await house.person('Ben')
  const ben = await at('Ben')
  expect(faultsOf(ben.shown.html)).toEqual([])
  expect(ben.words).toContain('Anna and Ben.')
  expect(ben.words).toContain('You have one.')
  expect(ben.words).not.toMatch(/Backup|invitation|Invite/)
  expect(ben.shown.html).not.toContain(house.dataDir)
})

test('the first page leads to the first visit, and once somebody owns the server to signing in', async () => {
  const empty = await openHouse({ isEmpty: true })
  const guest = openBrowser(empty.url)
  await guest.go('/')
  expect(faultsOf(guest.shown.html)).toEqual([])
  await guest.follow('First visit')
  await guest.go('/')
  expect(guest.words).toContain('How it begins')
  await empty.makeOwner('Anna')
  await guest.go('/')
  expect(guest.words).not.toContain('How it begins')
  await guest.follow('Sign in')
  await empty.close()
})

test('a wrong address is told by a page to browsers, and in words to others', async () => {
  const guest = openBrowser(house.url, { accept: 'text/html,*/*' })
  await guest.go('/no/such/page')
  expect([guest.shown.status, guest.words]).toEqual([
    404,
    '404 Not here There is nothing at this address. To the beginning',
  ])
  expect(faultsOf(guest.shown.html)).toEqual([])
  expect(guest.shown.headers.get('content-security-policy')).toContain("style-src 'self'")
  await guest.follow('To the beginning')
  expect(guest.shown.status).toBe(200)
  const other = await fetch(`${house.url}/no/such/page`)
  expect([other.status, await other.text()]).toEqual([404, 'There is nothing here.'])
})
