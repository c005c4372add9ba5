import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { attribute, elementsOf, faultsOf, wordsOf } from '../support/html.ts'
import { openHouse, type House } from '../support/house.ts'

let house: House
let anna: Browser
beforeEach(async () => {
  house = await openHouse()
  anna = openBrowser(house.url)
  await anna.signIn('Anna')
})
afterEach(() => house.close())

/** The words of the line about work that is under way. */
function ribbon(of = anna): string {
  const line = elementsOf(of.shown.html).find((each) => attribute(each, 'id') === 'ribbon')
  return line ? wordsOf(line) : 'no line'
}

test('books that come in are told on every page, with how far that is, some names and what failed', async () => {
  const { imports } = house.server.home.underWay
  const ends = ['emma.epub', '<b>.epub', 'villette.epub', 'kim.epub'].map((name) =>
    imports.begin(name, null),
  )
  for (const path of ['/books', '/shelves', '/account', `/colophon`]) {
    await anna.go(path)
    expect(ribbon()).toBe('Taking in 1 of 4: emma.epub, <b>.epub, villette.epub')
    expect(faultsOf(anna.shown.html)).toEqual([])
  }
  ends[0]?.('done')
  ends[2]?.('failed')
  await anna.go('/books')
  expect(ribbon()).toBe('Taking in 3 of 4: <b>.epub, kim.epub One could not become a book')
  await anna.follow('One could not become a book')
  expect(anna.shown.url).toBe(`${house.url}/errata`)
  await anna.follow('Taking in 3 of 4:')
  expect(anna.words).toContain('Taking in 3 of 4')
  expect(anna.words).toContain('kim.epub')
  expect(faultsOf(anna.shown.html)).toEqual([])
  ends[1]?.('done')
  ends[3]?.('done')
  await anna.follow('Look again')
  expect(anna.words).toContain('Nothing. Everything that came is in')
  expect(ribbon()).toBe('')
})

test('what others bring in is counted; only what is in somebody’s Errata is told to them as failed', async () => {
  const { imports } = house.server.home.underWay
  const ben = await house.person('Ben')
  const atBen = openBrowser(house.url)
  await atBen.signIn('Ben')
  const ends = [
    imports.begin('of-ben.epub', ben.id),
    imports.begin('in-the-inbox.epub', null),
    imports.begin('of-anna.epub', house.owner.id),
    imports.begin('also-of-ben.epub', ben.id),
  ]
  await anna.go('/shelves')
  expect(ribbon(anna)).toBe('Taking in 1 of 4: in-the-inbox.epub, of-anna.epub')
  await atBen.go('/shelves')
  expect(ribbon(atBen)).toBe('Taking in 1 of 4: of-ben.epub, also-of-ben.epub')
  ends[1]?.('failed')
  ends[2]?.('failed')
  await atBen.go('/under-way')
  expect(ribbon(atBen)).toBe('Taking in 3 of 4: of-ben.epub, also-of-ben.epub')
  expect(atBen.words).toBe('Under way Taking in 3 of 4 of-ben.epub also-of-ben.epub Look again')
  await anna.go('/under-way')
  expect(ribbon(anna)).toBe('Taking in 3 of 4 2 could not become books')
  expect(anna.words).toContain('2 could not become books')
  ends[0]?.('failed')
  await atBen.go('/books')
  expect(ribbon(atBen)).toContain('One could not become a book')
  await anna.go('/books')
  expect(ribbon(anna)).toContain('2 could not become books')
})

test('books that are prepared are counted and not named: what others shelve is theirs', async () => {
  const { preparation } = house.server.home.underWay
  preparation.wait(7)
  preparation.begin('A book that Ben shelved', null)('done')
  await anna.go('/books')
  expect(ribbon()).toBe('Preparing 2 of 7 books for Kobos')
  await anna.go('/under-way')
  expect(anna.words).toContain('Preparing 2 of 7 books for Kobos')
  expect(anna.shown.html).not.toContain('Ben')
})

test('nobody who did not sign in is told of it', async () => {
  house.server.home.underWay.imports.begin('emma.epub', null)
  const guest = openBrowser(house.url)
  for (const path of ['/', '/sign-in', '/under-way', '/books/none']) {
    await guest.go(path)
    expect(guest.shown.html).not.toContain('emma.epub')
  }
})
