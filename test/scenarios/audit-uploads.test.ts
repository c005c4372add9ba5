import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditOf, bringFrom, titlesIn, type AuditTold } from '../support/audit-of.ts'
import { openHouse, type House } from '../support/house.ts'
import { closeKobos, koboAt, type HouseKobo } from '../support/kobo-at.ts'
import { makeEpub } from '../support/make-epub.ts'

let house: House
let kobo: HouseKobo
let emma: string

beforeEach(async () => {
  house = await openHouse()
  emma = (await house.addBook(await makeEpub({ title: 'Emma' }))).id
  await house.shelf('Sofa', [emma])
  kobo = await koboAt(house)
  await kobo.syncUntilQuiet()
  await kobo.downloadAll()
  house.advance(5 * 60_000)
})

afterEach(async () => {
  closeKobos()
  await house.close()
})

type Answered = AuditTold & { error?: { message: string } }

async function upload(body: unknown, type?: string, query = '') {
  const path = `/devices/${kobo.device}/audits${query}`
  return house.api<Answered>('POST', path, body, type === undefined ? {} : { type })
}

const SQLITE = 'application/vnd.sqlite3'

const copies = (): string[] => readdirSync(join(house.dataDir, 'audits'))

/** Every file of the library and every line of the log, to be searched for what must not be in them. */
function everythingKept(): string {
  const files = readdirSync(house.dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  return [...files, ...house.log].join('\n')
}

describe('an audit', () => {
  test('takes the file as it is', async () => {
    const { status, body } = await upload(Buffer.from(kobo.database()), SQLITE)
    expect(status).toBe(201)
    expect(titlesIn(body)).toEqual({ ok: ['Emma'], outdated: [] })
    expect(copies()).toEqual([])
  })

  test('takes what a browser read, and comes to the same', async () => {
    const { status, body } = await upload({
      books: [
        {
          id: emma,
          row: 'there',
          downloaded: true,
          size: 1,
          percent: null,
          finished: false,
          highlights: 0,
          markup: 0,
          doubles: 0,
        },
      ],
      foreign: 2,
      salvaged: false,
      marks: true,
      token: kobo.token(),
      kepub: bringFrom(kobo).kepub,
      firmware: '4.45.23697',
    })
    expect(status).toBe(201)
    expect(body).toMatchObject({ foreignBooks: 2, firmware: '4.45.23697', confirmed: 1 })
  })

  test('takes what has not reached the main file yet, and the firmware', async () => {
    const folder = join(kobo.drive, '.kobo')
    const form = new FormData()
    const part = (path: string) => new Blob([new Uint8Array(readFileSync(path))])
    form.set('database', part(join(folder, 'KoboReader.sqlite')))
    form.set('wal', part(join(folder, 'KoboReader.sqlite-wal')))
    form.set('shm', part(join(folder, 'KoboReader.sqlite-shm')))
    form.set('version', part(join(folder, 'version')))
    expect(statSync(join(folder, 'KoboReader.sqlite-wal')).size).toBeGreaterThan(0)
    const { status, body } = await upload(form)
    expect(status).toBe(201)
    expect(titlesIn(body)).toEqual({ ok: ['Emma'], outdated: [] })
    expect(body.firmware).toMatch(/^4\./)
  })

  test('is kept, and told again', async () => {
    const first = await auditOf(house, kobo)
    house.advance(60_000)
    const second = await auditOf(house, kobo)
    const list = await house.api<{ items: { id: string; summary: string }[] }>(
      'GET',
      `/devices/${kobo.device}/audits`,
    )
    expect(list.body.items.map(({ id }) => id)).toEqual([second.id, first.id])
    expect(list.body.items[0]?.summary).toBe('1 of 1 confirmed, 1 September')
    const again = await house.api('GET', `/devices/${kobo.device}/audits/${first.id}`)
    expect(again.body).toEqual(first)
    const other = await house.device('Another')
    const { status } = await house.api('GET', `/devices/${other.id}/audits/${first.id}`)
    expect(status).toBe(404)
  })

  test('keeps twenty of a device', async () => {
    for (let n = 0; n < 22; n += 1) {
      house.advance(1000)
      await upload({ books: [], foreign: 0, salvaged: false, marks: true, token: null })
    }
    const { body } = await house.api<{ items: unknown[] }>('GET', `/devices/${kobo.device}/audits`)
    expect(body.items).toHaveLength(20)
  })
})

describe('what cannot be audited', () => {
  test.each([
    ['no database', 400, Buffer.from('a book '.repeat(100)), SQLITE, 'This file is not a database'],
    ['an EPUB', 415, Buffer.from('PK'), 'application/epub+zip', 'does not take that content type'],
    ['JSON that is none', 400, { books: 'all' }, undefined, 'books: '],
  ])('%s is refused in one sentence, and leaves nothing', async (_, code, body, type, sentence) => {
    const { status, body: told } = await upload(body, type)
    expect(status).toBe(code)
    expect(told.error?.message).toContain(sentence)
    expect(copies()).toEqual([])
  })

  test('a form without a database, or with a listing or a day that is none, is refused', async () => {
    const told = async (parts: Record<string, string | Blob>) => {
      const form = new FormData()
      for (const [name, value] of Object.entries(parts)) form.set(name, value)
      return (await upload(form)).body.error?.message
    }
    const database = new Blob([new Uint8Array(kobo.database())])
    expect(await told({ kepub: '[]' })).toBe('The body of this call holds no database of a Kobo.')
    expect(await told({ database, kepub: 'all' })).toContain('kepub: ')
    expect(await told({ database, takenAt: 'today' })).toContain('takenAt: ')
    expect(copies()).toEqual([])
  })

  test('two gigabytes are refused before they come', async () => {
    const status = await new Promise((resolve, reject) => {
      const call = request(`${house.url}/api/v1/devices/${kobo.device}/audits`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${house.owner.token}`,
          'content-type': SQLITE,
          'content-length': 2_000_000_000,
        },
      })
      call.on('response', (response) => {
        resolve(response.statusCode)
        call.destroy()
      })
      call.on('error', reject)
      call.flushHeaders()
    })
    expect(status).toBe(413)
    expect(copies()).toEqual([])
  })

  test('an upload that breaks off leaves nothing', async () => {
    await new Promise<void>((resolve) => {
      const call = request(`${house.url}/api/v1/devices/${kobo.device}/audits`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${house.owner.token}`,
          'content-type': SQLITE,
          'content-length': 1_000_000,
        },
      })
      call.on('error', () => resolve())
      call.write(Buffer.alloc(50_000), () => call.destroy(new Error('gone')))
    })
    await expect.poll(copies).toEqual([])
  })
})

describe('what is private in a Kobo’s database', () => {
  test('is in no file, no line of the log and no answer', async () => {
    const bytes = Buffer.from(kobo.database())
    bytes.fill(1, 18, 20)
    const db = new Sqlite(bytes)
    db.exec(`UPDATE user SET UserEmail = 'anna@kobo.example', UserKey = 'a-user-key', AuthToken = 'an-auth-token';
      INSERT INTO content(ContentID, ContentType, MimeType, ___UserID, Title) VALUES ('shop-book-id', '6', '', 'u', 'A Foreign Title')`)
    const database = db.serialize()
    db.close()
    const { status, body } = await upload(database, SQLITE)
    expect(status).toBe(201)
    expect(body.foreignBooks).toBe(1)
    const secrets = /anna@kobo|a-user-key|an-auth-token|shop-book-id|Foreign Title/
    expect(JSON.stringify(body)).not.toMatch(secrets)
    expect(everythingKept()).not.toMatch(secrets)
  })

  test('is removed at the start when a process died over it, and left while another one reads it', async () => {
    const left = (pid: number): string => {
      const name = `${pid}-${'0'.repeat(16)}`
      mkdirSync(join(house.dataDir, 'audits', name))
      writeFileSync(join(house.dataDir, 'audits', name, 'KoboReader.sqlite'), 'private')
      return name
    }
    const gone = spawn(process.execPath, ['--version'], { cwd: tmpdir() })
    await new Promise((resolve) => gone.once('exit', resolve))
    left(gone.pid ?? 0)
    left(process.pid)
    const others = left(process.ppid)
    await house.restart()
    expect(copies()).toEqual([others])
  })

  test('lies where nobody else may look', () => {
    expect(statSync(join(house.dataDir, 'audits')).mode & 0o777).toBe(0o700)
  })
})
