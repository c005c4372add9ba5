import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { booksOnDrive, writeOnDrive } from '../../support/drive.ts'
import { closeKobos, type HouseKobo } from '../../support/kobo-at.ts'
import { openScene, type Scene } from '../../support/scene.ts'

const STORE_BOOK = '0f000000-0000-4000-8000-00000000000f'
const OLD_SERVER_BOOK = '1894971763'
const SIDELOADED = 'file:///mnt/onboard/Emma.epub'

let scene: Scene
let kobo: HouseKobo

beforeEach(async () => {
  scene = await openScene(['Emma'])
  kobo = await scene.readingKobo()
})
afterEach(async () => {
  closeKobos()
  await scene.close()
})

/** A book that came to the Kobo from elsewhere, was read there, and was not told of yet. */
function putOnDrive(id: string, title: string, owner: string): void {
  writeOnDrive(
    kobo,
    `INSERT INTO content(ContentID, ContentType, MimeType, Title, ___UserID, IsDownloaded, ___FileSize, ___PercentRead,
      ReadStatus, ReadStateSynced, DateLastRead)
     VALUES (?, '6', 'application/x-kobo-epub+zip', ?, ?, 'true', 4, 50, 1, 'false', '2026-08-01T10:00:00Z')`,
    id,
    title,
    owner,
  )
  if (!id.includes('/')) writeFileSync(kobo.fileOf(id), 'PK\u0003\u0004')
}

// BookOrbit #789, Grimmory (which drops what it does not know), Komga PR #2431
test('a book of Kobo’s own store stays, with its place, whatever comes and goes', async () => {
  putOnDrive(STORE_BOOK, 'Bought', 'reader')
  const { Bought } = booksOnDrive(kobo)
  await scene.shelve('Dracula')
  await scene.unshelve('Emma')
  for (let n = 0; n < 3; n += 1)
    expect(await scene.sync(kobo)).toMatchObject({ completed: true, violations: [] })
  expect(booksOnDrive(kobo).Bought).toEqual(Bought)
  expect(kobo.titles()).toEqual(['Bought', 'Dracula'])
})

// BookOrbit (numeric ids of an earlier version), #831: “Kobo content 1894971763 not found”
test('a book that an earlier server left is left alone, and its removal is heard once', async () => {
  putOnDrive(OLD_SERVER_BOOK, 'Left behind', 'reader')
  expect(await scene.sync(kobo)).toMatchObject({ completed: true, operations: [] })
  expect(kobo.titles()).toEqual(['Emma', 'Left behind'])
  kobo.remove(OLD_SERVER_BOOK)
  const [first, second] = [await scene.sync(kobo), await scene.sync(kobo)]
  expect([first.completed, first.requests - second.requests]).toEqual([true, 1])
  expect(kobo.titles()).toEqual(['Emma'])
  expect(await scene.questions()).toEqual([])
})

// Colophon v1.44.0
test('a copy that came over USB is another book: removing the one that was synced leaves it', async () => {
  putOnDrive(SIDELOADED, 'Emma (USB)', 'kepub_user')
  const { 'Emma (USB)': copy } = booksOnDrive(kobo)
  await scene.unshelve('Emma')
  for (let n = 0; n < 2; n += 1) expect((await scene.sync(kobo)).completed).toBe(true)
  expect(booksOnDrive(kobo)).toMatchObject({
    Emma: { owner: 'removed' },
    'Emma (USB)': { owner: copy?.owner, downloaded: 'true', percent: 50 },
  })
})
