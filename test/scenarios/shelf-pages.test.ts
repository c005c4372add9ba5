import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { faultsOf } from '../support/html.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { openScene, type Scene } from '../support/scene.ts'

let scene: Scene
let anna: Browser
beforeEach(async () => {
  scene = await openScene()
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

test('somebody without a shelf reads what one is, makes one, and gives it another name', async () => {
  await scene.house.person('Ben')
  const ben = openBrowser(scene.house.url)
  await ben.signIn('Ben')
  await ben.follow('Shelves')
  expect(ben.words).toContain('A shelf is what a Kobo takes along.')
  expect(faultsOf(ben.shown.html)).toEqual([])
  await ben.press('Make it', { name: 'Sofa' })
  expect(ben.words).toContain('Sofa Empty. No Kobo carries it.')
  expect(faultsOf(ben.shown.html)).toEqual([])
  await ben.press('Rename', { name: 'Bed' })
  expect(ben.words).toContain('It has its new name.')
  await ben.go('/shelves')
  await ben.press('Make it', { name: 'bed' })
  expect(ben.shown.status).toBe(409)
  expect(ben.words).toContain('You already have a shelf called “bed”.')
})

test('shelves are put in an order, which stays', async () => {
  for (const name of ['Alpha', 'Beta']) {
    await anna.go('/shelves')
    await anna.press('Make it', { name })
  }
  await anna.go('/shelves')
  const order = () => anna.words.match(/Sofa(?= Up)|Alpha(?= Up)|Beta(?= Up)/g)
  expect(order()).toEqual(['Sofa', 'Alpha', 'Beta'])
  await anna.press('Up with Beta')
  expect(order()).toEqual(['Sofa', 'Beta', 'Alpha'])
  await anna.press('Down with Sofa')
  expect(order()).toEqual(['Beta', 'Sofa', 'Alpha'])
})

test('a shelf says what will arrive at which Kobo, and whom it is carried by is changed after that was told', async () => {
  const kobo = await scene.kobo({ name: 'Libra' })
  await scene.shelve('Emma', 'Persuasion')
  await anna.follow('Shelves')
  expect(anna.words).toContain('2 books. Carried by Libra. 2 will arrive at Libra.')
  expect(faultsOf(anna.shown.html)).toEqual([])
  await scene.sync(kobo)
  await kobo.downloadAll()
  await scene.later(60_000)
  await anna.go(`/shelves/${scene.shelf}`)
  expect(anna.words).toContain('Sofa 2 books. Carried by Libra.')
  await anna.press('Keep')
  expect(anna.words).toContain('Take “Sofa” off Libra?')
  expect(anna.words).toContain('Libra: At the next sync 2 books leave.')
  expect(faultsOf(anna.shown.html)).toEqual([])
  await scene.sync(kobo)
  expect(kobo.titles()).toEqual(['Emma', 'Persuasion'])
  await anna.press('Yes, take it off')
  expect(anna.words).toContain('No Kobo carries it.')
  await scene.sync(kobo)
  expect(kobo.titles()).toEqual([])
  // That they left is known when the Kobo comes again.
  await scene.later(60_000)
  await scene.sync(kobo)
  await anna.press('Keep', { device: kobo.device })
  expect(anna.words).toContain('2 will arrive at Libra.')
})

test('a shelf is deleted after what leaves was told, and its books stay in the library', async () => {
  const kobo = await scene.kobo({ name: 'Libra' })
  await scene.shelve('Emma')
  await scene.sync(kobo)
  await anna.go(`/shelves/${scene.shelf}`)
  await anna.press('Delete this shelf…')
  expect(anna.words).toContain('Libra: At the next sync one book leaves.')
  expect(anna.words).toContain('Nothing is changed yet.')
  await anna.press('Yes, delete the shelf')
  expect(anna.words).toContain('A shelf is what a Kobo takes along.')
  await anna.follow('Library')
  expect(anna.words).toContain('Emma')
})
