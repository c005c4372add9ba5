import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import type { Page, Request } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ReadSnapshot } from '../../src/audit/reading.ts'
import { bringFrom, changed, type AuditTold } from '../support/audit-of.ts'
import { startChromium, type Chromium, type Person } from '../support/chromium.ts'
import { dropFiles } from '../support/drop-files.ts'
import { addContent, addMark, OLD_TABLES, writeKoboDatabase } from '../support/kobo-database.ts'
import { freePort } from '../support/house.ts'
import { closeKobos, type HouseKobo } from '../support/kobo-at.ts'
import { startNginx } from '../support/nginx.ts'
import { openScene, type Scene } from '../support/scene.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let scene: Scene
let kobo: HouseKobo
let folder: string
let people: Person[]
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-browser-'))
  people = []
  scene = await openScene(['Emma', 'Persuasion', 'Villette'])
  kobo = await scene.kobo({ name: 'Libra' })
  await scene.sync(kobo)
  await kobo.downloadAll()
  await scene.later(60 * 60_000)
})
afterEach(async () => {
  closeKobos()
  await scene.close()
  rmSync(folder, { recursive: true, force: true })
  for (const person of people) await person.leave()
})

/** Anna, in front of the page of audits of her Kobo. */
async function anna(how: { scripts?: boolean } = {}): Promise<Page> {
  const person = await chromium.signIn(scene.house.url, 'Anna', how)
  people.push(person)
  await person.page.goto(`${scene.house.url}/devices/${kobo.device}/audits`)
  return person.page
}

/** Has what was chosen audited, and gives what was found and what was sent for it. */
async function press(page: Page): Promise<{ told: AuditTold; sent: Request }> {
  const sending = page.waitForRequest((request) => request.method() === 'POST')
  await page.getByRole('button', { name: 'Audit', exact: true }).click()
  const sent = await sending
  await page.waitForURL(/\/audits\/[\w-]+$/)
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const path = `/devices/${kobo.device}/audits/${id}`
  const { status, body } = await scene.house.api<AuditTold>('GET', path)
  expect(status).toBe(200)
  return { told: body, sent }
}

/** What the upload of the same file comes to. */
async function uploadOf(database: Uint8Array): Promise<AuditTold> {
  const form = new FormData()
  form.set('database', new Blob([new Uint8Array(database)]))
  form.set('takenAt', String(scene.house.now()))
  const path = `/devices/${kobo.device}/audits`
  return (await scene.house.api<AuditTold>('POST', path, form)).body
}

/** What two audits of the same must agree in. */
function found(told: AuditTold): AuditTold {
  return { ...told, id: 'any' }
}

function titles(told: AuditTold, which: string): string[] {
  return (told.classes[which] ?? []).map(({ title }) => title)
}

/** Writes a database as a file that can be chosen. */
function written(bytes: Uint8Array, name = 'KoboReader.sqlite'): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** A copy of the drive, as it lies there while the Kobo is plugged in. */
function drive(): string {
  const copy = join(folder, 'KOBOeReader')
  cpSync(kobo.drive, copy, { recursive: true })
  return copy
}

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
    await page.evaluate(KEEP_FRAMES)
    const { told } = await press(page)
    expect(titles(told, 'ok')).toHaveLength(3)
    const seen = await page.evaluate<{ shown: string[]; words: string[] }>(SEEN)
    expect(seen.words).toContain('Reading: 20000 rows so far…')
    expect(seen.words.at(-1)).toBe('Comparing it with what is known here…')
    const drawn = new Set(seen.shown.filter((words) => words.startsWith('Reading:')))
    expect(drawn.size).toBeGreaterThan(3)
  })
})

/** Keeps what is told, and what of it is drawn, frame by frame: also for the next page. */
const KEEP_FRAMES = `
  const told = document.getElementById('told')
  const seen = { shown: [], words: [] }
  const keep = () => sessionStorage.setItem('seen', JSON.stringify(seen))
  new MutationObserver(() => { seen.words.push(told.textContent); keep() }).observe(told, { childList: true })
  const frame = () => {
    seen.shown.push(told.textContent)
    keep()
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)`

const SEEN = `JSON.parse(sessionStorage.getItem('seen'))`

describe('the drive of a Kobo', () => {
  test('is looked at in a browser that asks for folders', async () => {
    const page = await anna()
    // A folder that only this origin knows, in the place of the one that a person would choose.
    await page.evaluate(`(async () => {
      const root = await navigator.storage.getDirectory()
      const kobo = await root.getDirectoryHandle('.kobo', { create: true })
      const kepub = await kobo.getDirectoryHandle('kepub', { create: true })
      window.write = async (folder, name, base64) => {
        const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
        const file = await (await (folder === 'kepub' ? kepub : kobo).getFileHandle(name, { create: true })).createWritable()
        await file.write(bytes)
        await file.close()
      }
      window.showDirectoryPicker = async () => root
    })()`)
    const put = (where: string, name: string, bytes: Uint8Array) =>
      page.evaluate(`write('${where}', '${name}', '${Buffer.from(bytes).toString('base64')}')`)
    await put('kobo', 'KoboReader.sqlite', bringFrom(kobo).database)
    for (const title of ['Emma', 'Villette'])
      await put('kepub', scene.id(title), Buffer.from('short'))
    await page.getByRole('button', { name: 'Choose the Kobo’s drive…' }).click()
    await page.getByText('Found the database and the names of 2 files. Press Audit.').waitFor()
    expect(titles((await press(page)).told, 'fileMissing')).toEqual([
      'Emma',
      'Persuasion',
      'Villette',
    ])
  })

  test('may be dropped on the page', async () => {
    const copy = drive()
    rmSync(join(copy, '.kobo', 'kepub', scene.id('Emma')))
    const page = await anna()
    await dropFiles(page, [copy])
    await page.getByText('Found the database and the names of 2 files. Press Audit.').waitFor()
    const { told } = await press(page)
    expect(titles(told, 'fileMissing')).toEqual(['Emma'])
    expect(titles(told, 'ok')).toEqual(['Persuasion', 'Villette'])
  })

  test('may be shown by its files alone, with what lies beside the database', async () => {
    const copy = join(drive(), '.kobo')
    const page = await anna()
    await dropFiles(page, [join(copy, 'KoboReader.sqlite'), join(copy, 'KoboReader.sqlite-wal')])
    await page.getByText('Found the database. Press Audit.').waitFor()
    expect(titles((await press(page)).told, 'ok')).toEqual(['Emma', 'Persuasion', 'Villette'])
  })

  test('of something else is told to be none', async () => {
    mkdirSync(join(folder, 'Camera', 'DCIM'), { recursive: true })
    writeFileSync(join(folder, 'Camera', 'DCIM', '1.jpg'), 'a picture')
    const page = await anna()
    await page.setInputFiles('#folder', join(folder, 'Camera'))
    await page.getByText('There is no database of a Kobo in what you chose').waitFor()
  })
})

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
    expect(said).toContain(await page.locator('main .lead').textContent())
  })

  test('a part of a database that is damaged is left out, as by the server', async () => {
    const { database } = changed(bringFrom(kobo), (db) => {
      for (let n = 0; n < 500; n += 1) addContent(db, `file:///mnt/onboard/${n}.epub`)
    })
    for (const bytes of [database.subarray(0, database.length / 2), holed(database)]) {
      const page = await anna()
      await page.setInputFiles('#database', written(bytes))
      const { told } = await press(page)
      expect(told.salvaged).toBe(true)
      expect(found(told)).toEqual(found(await uploadOf(bytes)))
    }
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
