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

test('the page of a book tells where it is on each Kobo, and what can be done', async () => {
  await scene.shelve('Emma')
  const kobo = await scene.kobo({ name: 'Libra' })
  await anna.go(`/books/${scene.id('Emma')}`)
  expect(anna.words).toContain('Libra waiting It arrives at the next sync.')
  await scene.sync(kobo)
  await kobo.downloadAll()
  await scene.later(60_000)
  await anna.go(`/books/${scene.id('Emma')}`)
  expect(anna.words).toMatch(/Libra on device Offered .*; downloaded in full .* How that is known/)
  expect(faultsOf(anna.shown.html)).toEqual([])
  await anna.press('Send it again…')
  expect(anna.words).toContain('Send again “Emma”?')
  await anna.go(`/books/${scene.id('Emma')}`)
  await anna.press('Keep')
  expect(anna.words).toContain('Its shelves are changed.')
  expect(anna.words).toContain('Libra orphan')
})

test('a book stays on its shelves when the name of a new one will not do', async () => {
  await scene.shelve('Emma')
  await anna.go(`/books/${scene.id('Emma')}`)
  // No shelf is ticked any more, and there is one called Sofa.
  await anna.press('Keep', { name: 'sofa' })
  expect(anna.shown.status).toBe(409)
  expect(anna.words).toContain('You already have a shelf called “sofa”.')
  expect((await scene.house.api('GET', `/shelves`)).body).toMatchObject({ items: [{ books: 1 }] })
  await anna.go(`/shelves/${scene.shelf}`)
  expect(anna.words).toContain('Emma')
})

test('an old page of a book changes only what was changed on it', async () => {
  await scene.shelve('Emma')
  const there = async () =>
    (await scene.house.api<{ items: { name: string; books: number }[] }>('GET', '/shelves')).body
      .items
  await anna.go(`/books/${scene.id('Emma')}`)
  const { id } = await scene.house.shelf('Train')
  await scene.house.api('POST', `/shelves/${id}/books`, { add: [scene.id('Emma')] })
  await anna.press('Keep', { shelf: [scene.shelf], name: 'Bath' })
  expect((await there()).map(({ name, books }) => [name, books])).toEqual([
    ['Bath', 1],
    ['Sofa', 1],
    ['Train', 1],
  ])
})

test('a book is given out as it came and as Kobos get it', async () => {
  await scene.kobo({ name: 'Libra' })
  await scene.shelve('Emma')
  const id = scene.id('Emma')
  await anna.go(`/books/${id}`)
  expect((await anna.follow('EPUB')).headers.get('content-disposition')).toContain('Emma.epub')
  await anna.go(`/books/${id}`)
  expect((await anna.follow('KEPUB')).headers.get('content-disposition')).toContain(
    'Emma.kepub.epub',
  )
})
