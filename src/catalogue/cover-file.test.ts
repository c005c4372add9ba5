import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeCover, makeEpub } from '../../test/support/make-epub.ts'
import { quarteredPicture, quartersIn } from '../../test/support/quartered.ts'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import type { Book } from './book.ts'
import { SIZES_KEPT, coverImage } from './cover-file.ts'
import { changeCover, originalPath } from './cover-original.ts'
import { cropCover } from './crop-cover.ts'
import { filePath } from './files.ts'
import { importFile } from './import.ts'

let home: TempHome
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

/** A book whose cover is 600 by 800, or one without. */
async function book(cover?: 'jpeg', title = 'Alice'): Promise<Book> {
  const path = join(home.config.inbox, 'alice.epub')
  await writeFile(
    path,
    await makeEpub({ title, authors: ['Lewis Carroll'], ...(cover && { cover }) }),
  )
  const drop = { path, name: 'alice.epub', uploader: null, source: 'inbox' } as const
  return (await importFile(home, { ...drop, dispose: 'remove' })).book
}

async function seen(of: Book, width: number, height: number, grey = false) {
  const image = await coverImage(home, of, { width, height }, grey)
  const bytes = await readFile(image?.path ?? '')
  expect(image?.size).toBe(bytes.length)
  const about = await sharp(bytes).metadata()
  return { ...about, path: image?.path ?? '', bytes }
}

test('a cover fits into the box and keeps its proportions', async () => {
  const alice = await book('jpeg')
  expect(await seen(alice, 300, 300)).toMatchObject({ format: 'jpeg', width: 225, height: 300 })
  expect(await seen(alice, 150, 900)).toMatchObject({ width: 150, height: 200 })
  expect(await seen(alice, 1264, 1680)).toMatchObject({ width: 600, height: 800 })
})

test('a grey cover has one channel', async () => {
  const alice = await book('jpeg')
  expect(await seen(alice, 300, 300)).toMatchObject({ channels: 3 })
  expect(await seen(alice, 300, 300, true)).toMatchObject({ channels: 1 })
})

test('a size is made once and kept, also when it is asked for twice at once', async () => {
  const alice = await book('jpeg')
  const [one, other] = await Promise.all([seen(alice, 300, 300), seen(alice, 300, 300)])
  expect(one.path).toBe(other.path)
  expect(await readdir(dirname(one.path))).toEqual(['300x300.jpg'])
  await rm(originalPath(home, alice.cover?.hash ?? ''))
  expect((await seen(alice, 300, 300)).bytes).toEqual(one.bytes)
})

test('a hostile box is clamped, and only so many sizes are kept', async () => {
  const alice = await book('jpeg')
  for (const [width, height] of [
    [0, 0],
    [-5, 1e12],
    [Number.NaN, Number.POSITIVE_INFINITY],
  ] as const)
    expect((await seen(alice, width, height)).width).toBe(1)
  for (let width = 10; width < 10 + SIZES_KEPT + 5; width += 1) await seen(alice, width, 10)
  const { path } = await seen(alice, 99, 99)
  expect(await readdir(dirname(path))).toHaveLength(SIZES_KEPT)
})

test('a book without a cover gets a plain one with its words', async () => {
  const alice = await book()
  const plain = await seen(alice, 600, 900)
  expect(plain).toMatchObject({ format: 'jpeg', width: 600, height: 900 })
  expect((await seen(alice, 600, 900, true)).channels).toBe(1)
  const renamed = await seen({ ...alice, title: 'Alicia' }, 600, 900)
  expect(renamed.bytes.equals(plain.bytes)).toBe(false)
})

test('a title that is no XML, or endless, still gets a cover', async () => {
  const alice = await book()
  for (const title of ['<svg onload="x">&amp;]]>', '\u0000\uFFFE\uD800', 'x'.repeat(1000), ''])
    expect((await seen({ ...alice, title }, 60, 90)).height).toBe(90)
})

test('a cover that a loss of power has lost is taken out of the book again', async () => {
  const alice = await book('jpeg')
  const original = originalPath(home, alice.cover?.hash ?? '')
  await writeFile(original, '')
  expect(await seen(alice, 300, 300)).toMatchObject({ width: 225, height: 300 })
  await rm(original)
  expect(await seen(alice, 150, 150)).toMatchObject({ width: 113, height: 150 })
})

test('a cover that is lost for good is shown as a plain one', async () => {
  const alice = await book('jpeg')
  await rm(filePath(home, alice))
  await writeFile(originalPath(home, alice.cover?.hash ?? ''), 'no image')
  expect(await seen(alice, 200, 300)).toMatchObject({ width: 200, height: 300 })
})

test('a person may give a book another cover, or take it away', async () => {
  const alice = await book('jpeg')
  const changed = await changeCover(home, alice.id, await makeCover('another'))
  expect(changed.metaRev).toBe(2)
  expect(changed.cover?.hash).not.toBe(alice.cover?.hash)
  expect(await seen(changed, 300, 400)).toMatchObject({ width: 300, height: 400 })
  expect((await changeCover(home, alice.id, null)).cover).toBeNull()
  await expect(changeCover(home, alice.id, Buffer.from('no image'))).rejects.toMatchObject({
    code: 'invalid',
  })
  await expect(changeCover(home, 'none', null)).rejects.toMatchObject({ code: 'not_found' })
})

describe('a crop', () => {
  const lowerRight = { left: 0.5, top: 0.5, width: 0.5, height: 0.5 }

  test('is what is seen in every size, is drawn from the picture as it came, and leaves that as it is', async () => {
    const alice = await book('jpeg')
    const picture = await quarteredPicture()
    const pictured = await changeCover(home, alice.id, picture)
    const cropped = await cropCover(home, alice.id, lowerRight)
    expect(cropped).toMatchObject({ metaRev: 3, cover: { crop: lowerRight } })
    for (const [box, width, height] of [
      [60, 45, 60],
      [3000, 300, 400],
    ] as const) {
      const { bytes } = await seen(cropped, box, box)
      expect(await quartersIn(bytes)).toEqual({ width, height, first: 3, last: 3 })
    }
    expect(await readFile(originalPath(home, cropped.cover?.hash ?? ''))).toEqual(picture)
    const whole = await cropCover(home, alice.id, { left: 0, top: 0, width: 1, height: 1 })
    expect(whole).toMatchObject({ metaRev: 4, cover: pictured.cover })
    expect(await quartersIn((await seen(whole, 3000, 3000)).bytes)).toMatchObject({
      width: 600,
      first: 0,
      last: 3,
    })
  })

  test('is of the picture as it is seen, also where a camera lay on its side', async () => {
    const alice = await book('jpeg')
    // Turned by a quarter to the right: what is below on the left stands above on the left.
    const turned = sharp(await quarteredPicture())
      .withMetadata({ orientation: 6 })
      .jpeg()
    await changeCover(home, alice.id, await turned.toBuffer())
    const upperLeft = { left: 0, top: 0, width: 0.5, height: 0.5 }
    const { bytes } = await seen(await cropCover(home, alice.id, upperLeft), 3000, 3000)
    expect(await quartersIn(bytes)).toEqual({ width: 400, height: 300, first: 2, last: 2 })
  })

  test('of a cover that a loss of power has lost is drawn all the same', async () => {
    const alice = await book('jpeg')
    await rm(originalPath(home, alice.cover?.hash ?? ''))
    const cropped = await cropCover(home, alice.id, lowerRight)
    expect(await seen(cropped, 3000, 3000)).toMatchObject({ width: 300, height: 400 })
  })
})
