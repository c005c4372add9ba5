import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBrowser } from '../support/browser.ts'
import { openHouse, type House } from '../support/house.ts'
import { makeEpub } from '../support/make-epub.ts'
import { furnish } from './fuzz-target.ts'

let house: House
let files: string[]
beforeAll(async () => {
  house = await openHouse({ publicUrl: null, trustedProxies: '127.0.0.1' })
  files = (await furnish(house)).files
})
afterAll(() => house.close())

// What every answer says besides is looked at by test/scan.
describe('what is asked for as a file', () => {
  test('is never a page: books come to be saved, covers are JPEG', async () => {
    const bytes = await makeEpub({ title: 'A <b>"book"\r\nSet-Cookie: a=b', cover: 'jpeg' })
    const { id } = await house.addBook(bytes)
    const bearer = { authorization: `Bearer ${house.owner.token}` }
    const file = await fetch(`${house.url}/api/v1/books/${id}/file`, { headers: bearer })
    expect(file.headers.get('content-type')).toBe('application/epub+zip')
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w .,=-]+"/)
    expect(file.headers.get('set-cookie')).toBeNull()
    for (const path of files) {
      const { headers } = await fetch(house.url + path)
      if (path.startsWith('/kobo/covers')) expect(headers.get('content-type')).toBe('image/jpeg')
      else {
        expect(headers.get('content-type')).toBe('application/epub+zip')
        expect(headers.get('content-disposition')).toMatch(/^attachment;/)
      }
    }
  })
})

describe('the cookie of a session', () => {
  const tls = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'books.example' }

  test('is the host’s alone behind TLS, and one that another host set is not heard', async () => {
    const outside = openBrowser(house.url, { ...tls, origin: 'https://books.example' })
    await outside.post('/sign-in', { name: 'Anna', password: 'the password of Anna' })
    expect(outside.lastSetCookie).toMatch(
      /^__Host-holdfast=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect((await outside.go('/errata')).url).toBe(`${house.url}/errata`)
    const value = outside.cookie.split('=')[1] ?? ''
    const tossed = openBrowser(house.url, tls)
    tossed.cookie = `holdfast=${value}`
    expect((await tossed.go('/errata')).url).toContain('/sign-in')
  })
})
