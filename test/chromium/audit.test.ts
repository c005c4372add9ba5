import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReadSnapshot } from '../../src/audit/reading.ts'
import { bringFrom, changed } from '../support/audit-of.ts'
import { startChromium, type Chromium } from '../support/chromium.ts'
import { addContent, addMark, OLD_TABLES, writeKoboDatabase } from '../support/kobo-database.ts'
import { freePort } from '../support/free-port.ts'
import type { HouseKobo } from '../support/kobo-at.ts'
import { startNginx } from '../support/nginx.ts'
import type { Scene } from '../support/scene.ts'
import { found, openAuditPage, titles, type AuditPage } from '../support/audit-page.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let scene: Scene
let kobo: HouseKobo
let folder: AuditPage['folder']
let people: AuditPage['people']
let anna: AuditPage['anna']
let press: AuditPage['press']
let uploadOf: AuditPage['uploadOf']
let written: AuditPage['written']
let drive: AuditPage['drive']
let close: AuditPage['close']
beforeEach(async () => {
  ;({ scene, kobo, folder, people, anna, press, uploadOf, written, drive, close } =
    await openAuditPage(chromium))
})
afterEach(() => close())

describe('a database that is read in the browser', () => {
  test('comes to the same as the upload of the same file', async () => {
    kobo.loseRows([scene.id('Emma')])
    await scene.shelve('Shirley')
    const { database } = changed(bringFrom(kobo), (db) => {
      db.exec(`UPDATE content SET IsDownloaded = 0 WHERE ContentID = '${scene.id('Villette')}'`)
      addContent(db, 'file:///mnt/onboard/p.epub', { Title: 'Persuasion' })
      addContent(db, 'shop-book', { Title: 'A Foreign Title' })
      addMark(db, scene.id('Persuasion'))
    })
    const page = await anna()
    await page.setInputFiles('#database', written(database))
    const { told, sent } = await press(page)
    expect(sent.headers()['content-type']).toBe('application/json')
    expect(found(told)).toEqual(found(await uploadOf(database)))
    expect(titles(told, 'lost')).toEqual(['Emma'])
    expect(titles(told, 'newerOnDevice')).toEqual(['Persuasion'])
    expect(told.foreignBooks).toBe(1)
    expect(await page.textContent('main')).toContain('2 of 3 confirmed, 1 September.')
  })

  test('says before what leaves, and nothing else does', async () => {
    const { database } = changed(bringFrom(kobo), (db) => {
      db.exec(
        `UPDATE user SET UserEmail = 'anna@kobo.example', UserKey = 'a-user-key', AuthToken = 'an-auth-token'`,
      )
      addContent(db, 'shop-book-id', { Title: 'A Foreign Title', Attribution: 'A Foreign Author' })
      addContent(db, 'file:///mnt/onboard/side.epub', { Title: 'A Sideloaded Title' })
    })
    const copy = drive()
    for (const beside of ['-wal', '-shm']) rmSync(join(copy, '.kobo', `KoboReader.sqlite${beside}`))
    writeFileSync(join(copy, '.kobo', 'KoboReader.sqlite'), database)
    writeFileSync(join(copy, '.kobo', 'kepub', 'shop-book-id'), 'a book of the shop')
    writeFileSync(join(copy, '.kobo', 'version'), 'N418A-SERIAL,4.1.15,4.45.23697,4.1.15,x,y')
    writeFileSync(join(copy, 'A Private Letter.txt'), 'private')
    const page = await anna()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url(), request.postData() ?? ''))
    expect(
      await page.isVisible(
        'text=Your browser reads the files itself. Only ids of this library’s books',
      ),
    ).toBe(true)
    await page.setInputFiles('#folder', copy)
    await page.getByText('Found the database and the names of 4 files. Press Audit.').waitFor()
    const { told, sent } = await press(page)
    expect(titles(told, 'ok')).toEqual(['Emma', 'Persuasion', 'Villette'])
    expect(told.firmware).toBe('4.45.23697')
    const body = sent.postDataJSON() as ReadSnapshot
    const kinds = ['firmware', 'foreign', 'kepub', 'marks', 'salvaged', 'takenAt', 'token']
    expect(Object.keys(body).sort()).toEqual(['books', ...kinds])
    const ids = ['Emma', 'Persuasion', 'Villette'].map((title) => scene.id(title)).sort()
    expect(body.books.map(({ id }) => id).sort()).toEqual(ids)
    expect(body.kepub?.map(({ name }) => name).sort()).toEqual(ids)
    const secrets =
      /anna@kobo|a-user-key|an-auth-token|shop-book-id|Foreign|Sideload|SERIAL|Private/
    expect(asked.join('\n')).not.toMatch(secrets)
    expect(asked.filter((each) => each.includes(body.token ?? 'no token'))).toHaveLength(1)
  })

  test('counts with what has not reached its main file yet', async () => {
    const main = join(folder, 'main.sqlite')
    writeFileSync(main, bringFrom(kobo).database)
    const db = new Sqlite(main)
    db.pragma('journal_mode = WAL')
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.exec(`DELETE FROM content WHERE ContentID = '${scene.id('Emma')}'`)
    const database = readFileSync(main)
    const wal = readFileSync(`${main}-wal`)
    db.close()
    const page = await anna()
    await page.setInputFiles('#database', written(database))
    expect(titles((await press(page)).told, 'lost')).toEqual([])
    await again(page)
    await page.setInputFiles('#database', written(database))
    await page.setInputFiles('#wal', written(wal, 'KoboReader.sqlite-wal'))
    expect(titles((await press(page)).told, 'lost')).toEqual(['Emma'])
  })

  test('may be of old firmware, with fewer columns and without booleans as text', async () => {
    const path = join(folder, 'KoboReader.sqlite')
    const ids = ['Emma', 'Villette'].map((title) => scene.id(title))
    writeKoboDatabase(path, (db) => ids.forEach((id) => addContent(db, id)), OLD_TABLES)
    const page = await anna()
    await page.setInputFiles('#database', path)
    const { told } = await press(page)
    expect(found(told)).toEqual(found(await uploadOf(readFileSync(path))))
    expect(titles(told, 'lost')).toEqual(['Persuasion'])
  })

  test('leaves the page responsive, however many rows it has', async () => {
    const { database } = changed(bringFrom(kobo), (db) => {
      db.transaction(() => {
        for (let n = 0; n < 20_000; n += 1)
          addContent(db, `file:///mnt/onboard/${n}.epub`, { Title: `The Book ${n}` })
      })()
    })
    const page = await anna()
    await page.setInputFiles('#database', written(database))
    await page.evaluate(KEEP_WORDS)
    // What a worker says comes in a turn of the page for each: how many of those it has time to draw is up to the machine.
    const working = page.waitForEvent('worker')
    const { told } = await press(page)
    expect((await working).url()).toMatch(/\/audit-worker\.js$/)
    expect(titles(told, 'ok')).toHaveLength(3)
    const words = await page.evaluate<string[]>(KEPT)
    const thousands = Array.from({ length: 20 }, (_, n) => `Reading: ${n + 1}000 rows so far…`)
    expect(words.filter((each) => each.startsWith('Reading:'))).toEqual(thousands)
    expect(words.at(-1)).toBe('Comparing it with what is known here…')
  })
})

/** Keeps what is told, once for each turn of the page: also for the next page. */
const KEEP_WORDS = `
  const told = document.getElementById('told')
  const words = []
  new MutationObserver(() => {
    words.push(told.textContent)
    sessionStorage.setItem('words', JSON.stringify(words))
  }).observe(told, { childList: true })`

const KEPT = `JSON.parse(sessionStorage.getItem('words'))`

test('a database is read in the browser also below a path of a proxy', async () => {
  const nginx = await startNginx({ port: await freePort(), upstream: scene.house.url })
  try {
    const person = await chromium.signIn(`${nginx.url}/shelf`, 'Anna')
    people.push(person)
    await person.page.goto(`${nginx.url}/shelf/devices/${kobo.device}/audits`)
    await person.page.setInputFiles('#database', written(bringFrom(kobo).database))
    const { told, sent } = await press(person.page)
    expect(titles(told, 'ok')).toHaveLength(3)
    for (const url of [sent.url(), person.page.url()])
      expect(url).toContain(`${nginx.url}/shelf/devices/`)
  } finally {
    await nginx.close()
  }
})

test('without scripts the form uploads the file, and nothing speaks of browsers that read', async () => {
  const page = await anna({ scripts: false })
  expect(await page.isVisible('#here')).toBe(false)
  expect(await page.isVisible('#upload')).toBe(false)
  await page.setInputFiles('#database', written(bringFrom(kobo).database))
  const { told, sent } = await press(page)
  expect(sent.headers()['content-type']).toContain('multipart/form-data')
  expect(titles(told, 'ok')).toEqual(['Emma', 'Persuasion', 'Villette'])
})

async function again(page: Page): Promise<void> {
  await page.goto(`${scene.house.url}/devices/${kobo.device}/audits`)
}
