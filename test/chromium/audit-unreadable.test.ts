import { truncateSync } from 'node:fs'
import type Sqlite from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bringFrom, changed } from '../support/audit-of.ts'
import { startChromium, type Chromium } from '../support/chromium.ts'
import { addContent } from '../support/kobo-database.ts'
import type { HouseKobo } from '../support/kobo-at.ts'
import type { Scene } from '../support/scene.ts'
import { found, openAuditPage, titles, type AuditPage } from '../support/audit-page.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let scene: Scene
let kobo: HouseKobo
let anna: AuditPage['anna']
let press: AuditPage['press']
let uploadOf: AuditPage['uploadOf']
let written: AuditPage['written']
let close: AuditPage['close']
beforeEach(async () => {
  ;({ scene, kobo, anna, press, uploadOf, written, close } = await openAuditPage(chromium))
})
afterEach(() => close())

describe('what cannot be read in the browser', () => {
  const view = (db: Sqlite.Database): void => {
    db.exec(`ALTER TABLE content RENAME TO hidden;
      CREATE VIEW content AS WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n)
        SELECT x AS ContentID, '6' AS ContentType FROM n`)
  }
  test.each([
    [
      'no database',
      () => Buffer.from('a book '.repeat(100)),
      'This file is not a database of a Kobo.',
    ],
    ['an empty file', () => Buffer.alloc(0), 'it has no books.'],
    [
      'a view without end',
      () => changed(bringFrom(kobo), view).database,
      'not in an ordinary table.',
    ],
    ['a head alone', () => bringFrom(kobo).database.subarray(0, 512), 'is damaged so much'],
  ])('%s is told in a sentence, and may be uploaded', async (_, make, sentence) => {
    const page = await anna()
    await page.setInputFiles('#database', written(make()))
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    await page.getByRole('status').getByText(sentence).waitFor()
    const said = (await page.getByRole('status').textContent()) ?? ''
    expect(said).toContain('You can upload the file instead')
    await page.getByRole('button', { name: 'Upload the file' }).click()
    await page.getByRole('heading', { name: 'Not understood' }).waitFor()
    await page.waitForLoadState('load')
    expect(said).toContain(await page.locator('main .lead').textContent())
  })

  test.each([
    ['cut off', (database: Buffer) => database.subarray(0, database.length / 2)],
    ['damaged', holed],
  ])('a part of a database that is %s is left out, as by the server', async (_, broken) => {
    const { database } = changed(bringFrom(kobo), (db) => {
      for (let n = 0; n < 500; n += 1) addContent(db, `file:///mnt/onboard/${n}.epub`)
    })
    const bytes = broken(database)
    const page = await anna()
    await page.setInputFiles('#database', written(bytes))
    const { told } = await press(page)
    expect(told.salvaged).toBe(true)
    expect(found(told)).toEqual(found(await uploadOf(bytes)))
  })

  test('what triggers and functions of a database would do is not done', async () => {
    const { database } = changed(bringFrom(kobo), (db) => {
      db.exec(`CREATE TRIGGER evil AFTER UPDATE ON content BEGIN DELETE FROM content; END;
        CREATE INDEX odd ON content(abs(ReadStatus)) WHERE abs(ReadStatus) > 5`)
    })
    const page = await anna()
    await page.setInputFiles('#database', written(database))
    expect(titles((await press(page)).told, 'ok')).toEqual(['Emma', 'Persuasion', 'Villette'])
  })

  test('what is larger than a browser should hold is not even read', async () => {
    const path = written(bringFrom(kobo).database)
    truncateSync(path, 300_000_000)
    const page = await anna()
    await page.setInputFiles('#database', path)
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    await page.getByText('Databases of more than 256 MB are not read in the browser.').waitFor()
    expect(await page.isVisible('#upload')).toBe(true)
  })

  test('a browser that cannot run SQLite says so, and uploads', async () => {
    const page = await anna()
    await page.route('**/sqlite3.wasm', (route) => route.abort())
    await page.setInputFiles('#database', written(bringFrom(kobo).database))
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    await page.getByText('This browser could not read the database.').waitFor()
    const sending = page.waitForRequest((request) => request.method() === 'POST')
    await page.getByRole('button', { name: 'Upload the file' }).click()
    expect((await sending).headers()['content-type']).toContain('multipart/form-data')
    await page.getByText('3 of 3 confirmed').waitFor()
  })

  test('the database of another Kobo is refused, and the page stays', async () => {
    const other = await scene.kobo({ name: 'Clara' })
    await scene.sync(other)
    const page = await anna()
    await page.setInputFiles('#database', written(bringFrom(other).database))
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    await page.getByRole('status').getByText('another').waitFor()
    expect(await page.isVisible('#upload')).toBe(false)
    expect(page.url()).toMatch(/\/audits$/)
  })
})

/** The same database with the page in the middle of its table of books that says nothing any more. */
function holed(database: Uint8Array): Buffer {
  const bytes = Buffer.from(database)
  const size = bytes.readUInt16BE(16)
  // A leaf of a table begins with this; of that table there are by far the most.
  const leaves = Array.from({ length: bytes.length / size }, (_, n) => n * size).filter(
    (at) => bytes[at] === 0x0d,
  )
  const middle = leaves[Math.floor(leaves.length / 2)] ?? 0
  return bytes.fill(0xff, middle, middle + size)
}
