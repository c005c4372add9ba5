import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBrowser, type Browser } from '../support/browser.ts'
import { booksOnDrive } from '../support/drive.ts'
import { attribute, elementsOf, faultsOf } from '../support/html.ts'
import { closeKobos } from '../support/kobo-at.ts'
import { quarteredPicture, quartersIn } from '../support/quartered.ts'
import { openScene, type Scene } from '../support/scene.ts'

type Told = {
  metaRev: number
  cover: boolean
  coverCrop: object | null
  error?: { code: string; message: string }
}

const LOWER_RIGHT = { left: 0.5, top: 0.5, width: 0.5, height: 0.5 }

let scene: Scene
let anna: Browser
let id: string
beforeEach(async () => {
  scene = await openScene()
  anna = openBrowser(scene.house.url)
  await anna.signIn('Anna')
  id = await scene.bring('Emma', { cover: await quarteredPicture() })
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

const told = async (): Promise<Told> => (await scene.house.api<Told>('GET', `/books/${id}`)).body

const crop = (body: unknown) => scene.house.api<Told>('PUT', `/books/${id}/cover/crop`, body)

/** The address of the cover on the page of the book. */
async function coverAddress(): Promise<string> {
  await anna.go(`/books/${id}`)
  const cover = elementsOf(anna.shown.html).find((each) => attribute(each, 'class') === 'cover')
  return new URL(attribute(cover ?? fail('no cover'), 'src') ?? '', anna.shown.url).href
}

async function imageAt(address: string): Promise<Buffer> {
  const answer = await fetch(address, { headers: { cookie: anna.cookie } })
  return Buffer.from(await answer.arrayBuffer())
}

function fail(words: string): never {
  throw new Error(words)
}

/** What the fields of the page say is cut off. */
function cutOff(): Record<string, string | undefined> {
  const inputs = elementsOf(anna.shown.html).filter((each) => attribute(each, 'type') === 'number')
  return Object.fromEntries(
    inputs.map((each) => [attribute(each, 'name') ?? '', attribute(each, 'value')]),
  )
}

async function upload(picture: Buffer): Promise<void> {
  const parts = new FormData()
  parts.append('image', new Blob([new Uint8Array(picture)]), 'picture.png')
  await anna.go(`/books/${id}/edit`)
  await anna.upload('Change the cover', parts)
}

describe('the page that crops a cover', () => {
  test('shows the whole picture and what will be left of it, keeps that, and gives all of it back', async () => {
    const before = await coverAddress()
    await anna.follow('Crop its cover')
    expect(faultsOf(anna.shown.html)).toEqual([])
    expect(cutOff()).toEqual({ left: '0', right: '0', top: '0', bottom: '0' })

    await anna.press('Look', { left: '50', top: '50,0', right: '', bottom: '0' })
    expect(cutOff()).toEqual({ left: '50', right: '0', top: '50', bottom: '0' })
    const drawings = elementsOf(anna.shown.html).flatMap((each) => attribute(each, 'viewBox') ?? [])
    expect(drawings).toEqual(['0 0 600 800', '300 400 300 400'])
    expect(await told()).toMatchObject({ metaRev: 1, coverCrop: null })

    await anna.press('Keep this crop', cutOff() as Record<string, string>)
    expect(anna.words).toContain('The cover shows what you chose.')
    expect(await told()).toMatchObject({ metaRev: 2, coverCrop: LOWER_RIGHT })
    const cropped = await coverAddress()
    expect(cropped).not.toBe(before)
    expect(await quartersIn(await imageAt(cropped))).toMatchObject({ first: 3, last: 3 })

    await anna.follow('Crop its cover')
    expect(cutOff()).toEqual({ left: '50', right: '0', top: '50', bottom: '0' })
    const whole = elementsOf(anna.shown.html).find(({ tagName }) => tagName === 'image')
    const { value } = whole?.attrs.find(({ name }) => name === 'href') ?? fail('no picture')
    const picture = await imageAt(new URL(value, anna.shown.url).href)
    expect(await quartersIn(picture)).toMatchObject({ width: 600, height: 800, first: 0, last: 3 })

    await anna.press('Show all of it')
    expect(await told()).toMatchObject({ metaRev: 3, coverCrop: null })
    expect(await coverAddress()).toBe(before)
  })

  test('offers the shape of a book', async () => {
    await anna.go(`/books/${id}/cover`)
    await anna.press('As a book, 2 to 3')
    expect(cutOff()).toEqual({ left: '5.56', right: '5.56', top: '0', bottom: '0' })
    expect((await told()).metaRev).toBe(1)
  })

  test('refuses with a sentence what is no crop, and nothing is lost', async () => {
    await crop(LOWER_RIGHT)
    const edges = { left: '0', right: '0', top: '0', bottom: '0' }
    for (const [wrong, sentence] of [
      [{ left: 'NaN' }, 'is a number of percent'],
      [{ left: '1e1' }, 'is a number of percent'],
      [{ right: '-3' }, 'is a number of percent'],
      [{ right: '101' }, 'must lie within the picture'],
      [{ top: '50', bottom: '46' }, 'must leave at least 5 %'],
      [{ left: '60', right: '60' }, 'must leave at least 5 %'],
    ] as const)
      for (const button of ['Keep this crop', 'Look']) {
        await anna.go(`/books/${id}/cover`)
        await anna.press(button, { ...edges, ...wrong })
        expect([wrong, anna.shown.status]).toEqual([wrong, 400])
        expect(anna.words).toContain(sentence)
      }
    await anna.go(`/books/${id}/cover?left=x`)
    expect(anna.shown.status).toBe(400)
    await anna.go(`/books/${id}/cover?left=99`)
    expect(anna.shown.status).toBe(400)
    expect(await told()).toMatchObject({ metaRev: 2, coverCrop: LOWER_RIGHT })
  })

  test('says that a cover of type has nothing to crop, and that a deleted book has no such page', async () => {
    const bare = await scene.bring('Kim')
    await anna.go(`/books/${bare}`)
    expect(anna.words).not.toContain('Crop its cover')
    await anna.go(`/books/${bare}/cover`)
    expect(anna.shown.status).toBe(409)
    expect(anna.words).toContain('This book has no picture as its cover')
    await scene.house.api('DELETE', `/books/${id}`)
    await anna.go(`/books/${id}/cover`)
    expect(anna.shown.status).toBe(404)
  })

  test('does not crop a picture that somebody else put there meanwhile', async () => {
    await anna.go(`/books/${id}/cover`)
    const other = await quarteredPicture({ width: 500 })
    await scene.house.api('PUT', `/books/${id}/cover`, other, { type: 'image/png' })
    await anna.press('Keep this crop', { left: '50', top: '50' })
    expect(anna.shown.status).toBe(409)
    expect(anna.words).toContain('The cover was replaced meanwhile.')
    expect(await told()).toMatchObject({ metaRev: 2, coverCrop: null })
  })
})

describe('a picture that is uploaded', () => {
  test('shows its middle where it has another shape than books have, and can be shown whole', async () => {
    await upload(await quarteredPicture({ width: 1000, height: 800 }))
    expect(anna.words).toContain('the middle of the picture')
    expect((await told()).coverCrop).toEqual({ left: 0.16, top: 0, width: 0.68, height: 1 })
    await anna.follow('Crop its cover')
    await anna.press('Show all of it')
    const whole = await imageAt((await coverAddress()).replace('/480?', '/960?'))
    expect(await quartersIn(whole)).toEqual({ width: 960, height: 768, first: 0, last: 3 })
  })

  test('takes the crop of the one before with it, also when it is the same picture', async () => {
    await crop(LOWER_RIGHT)
    await upload(await quarteredPicture())
    expect(anna.words).toContain('It has another cover.')
    expect(await told()).toMatchObject({ metaRev: 3, coverCrop: null })
    await upload(await quarteredPicture())
    expect((await told()).metaRev).toBe(3)
  })
})

describe('the API', () => {
  test('crops a cover, changes nothing when it is cropped so again, and gives all of it back', async () => {
    expect((await crop(LOWER_RIGHT)).body).toMatchObject({ metaRev: 2, coverCrop: LOWER_RIGHT })
    expect((await crop(LOWER_RIGHT)).body.metaRev).toBe(2)
    const whole = await crop({ left: 0, top: 0, width: 1, height: 1 })
    expect(whole.body).toMatchObject({ metaRev: 3, coverCrop: null })
  })

  test('refuses what is no crop, and a cover that is no picture', async () => {
    for (const wrong of [
      { ...LOWER_RIGHT, left: 0.6 },
      { ...LOWER_RIGHT, left: -0.1 },
      { ...LOWER_RIGHT, width: 0.01 },
      { ...LOWER_RIGHT, width: null },
      { ...LOWER_RIGHT, top: '0.5' },
      { left: 0, top: 0 },
    ]) {
      const { status, body } = await crop(wrong)
      expect([wrong, status, body.error?.code]).toEqual([wrong, 400, 'invalid'])
    }
    const bare = await scene.bring('Kim')
    const refused = await scene.house.api<Told>('PUT', `/books/${bare}/cover/crop`, LOWER_RIGHT)
    expect([refused.status, refused.body.error?.message]).toEqual([
      409,
      expect.stringContaining('no picture as its cover'),
    ])
    expect((await scene.house.api('PUT', '/books/x/cover/crop', LOWER_RIGHT)).status).toBe(404)
    expect(await told()).toMatchObject({ metaRev: 1, coverCrop: null })
  })
})

test('a Kobo gets the crop as another cover, without getting the book again', async () => {
  await scene.shelve('Emma')
  const kobo = await scene.readingKobo()
  const before = booksOnDrive(kobo)
  expect(await quartersIn(readFileSync(kobo.coverOf(id)))).toMatchObject({ first: 0, last: 3 })
  await crop(LOWER_RIGHT)
  const report = await scene.sync(kobo)
  expect(report.operations.map(({ kind }) => kind)).toEqual(['ChangedProductMetadata'])
  const { imageId } = booksOnDrive(kobo).Emma ?? {}
  expect(imageId).not.toBe(before.Emma?.imageId)
  expect(report.covers).toEqual([imageId])
  expect(booksOnDrive(kobo)).toEqual({ Emma: { ...before.Emma, imageId } })
  expect(await quartersIn(readFileSync(kobo.coverOf(id)))).toMatchObject({ first: 3, last: 3 })
  await scene.expectQuiet(kobo)
})
