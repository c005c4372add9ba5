import { createHash } from 'node:crypto'
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { checkLibrary, filesBelow } from '../../bench/kill-check.ts'
import { sha256, type MadeDrop } from '../../bench/kill-drops.ts'
import { openInbox, type Inbox } from '../../src/catalogue/inbox.ts'
import { recoverImports } from '../../src/catalogue/recover.ts'
import { readConfig } from '../../src/config.ts'
import { listErrata } from '../../src/errata/find-errata.store.ts'
import { openLog } from '../../src/log.ts'
import { issueApiToken } from '../../src/people/api-token.ts'
import { addPerson } from '../../src/people/person.ts'
import { openServer, type Server } from '../../src/server.ts'
import { kepubOf } from '../support/kepub-of.ts'
import { makeCover, makeEpub } from '../support/make-epub.ts'
import { readOnly, smallDisk, type Disk } from '../support/mount.ts'
import { tempHome, type TempHome } from '../support/temp-home.ts'

const MEGABYTE = 1 << 20
const ErrataTold = z.object({
  items: z.array(z.object({ kind: z.string(), cause: z.string(), actions: z.array(z.string()) })),
})
const OWNER = { id: 'nobody', owner: true }

let leave: (() => unknown)[]
beforeEach(() => {
  leave = []
})
afterEach(async () => {
  for (const each of leave.reverse()) await each()
})

function disk(size: number): Disk {
  const made = smallDisk(size)
  leave.push(() => made.unmount())
  return made
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-disks-'))
  leave.push(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A book of about `size` bytes that nothing makes smaller. */
async function book(title: string, size = 200_000, cover?: Buffer): Promise<MadeDrop> {
  const noise = createHash('shake256', { outputLength: size }).update(title).digest()
  const files = { 'OEBPS/picture.jpg': noise }
  const bytes = await makeEpub({ title, authors: ['Ann'], files, ...(cover && { cover }) })
  const name = `${title}.epub`
  return {
    name,
    bytes,
    hash: sha256(bytes),
    word: title.toLowerCase(),
    cover: cover ? sha256(cover) : null,
  }
}

function expected(drops: MadeDrop[]) {
  return { books: new Map(drops.map((drop) => [drop.hash, drop])), refused: new Set<string>() }
}

describe('the inbox', () => {
  /** Opens the inbox of a home, which looks again every few moments. `next` resolves with the next import, `failed` with the next failure. */
  async function watch(home: TempHome) {
    const told = { imported: 0, waiting: (_count: number) => {}, warned: () => {} }
    const problems: string[] = []
    const log = openLog('warn', {
      write(line) {
        problems.push(line)
        told.warned()
      },
    })
    const inbox: Inbox = await openInbox(
      { ...home, log },
      {
        settle: 20,
        rounds: 50,
        imported() {
          told.imported += 1
          told.waiting(told.imported)
        },
      },
    )
    leave.push(() => inbox.close())
    return {
      inbox,
      problems,
      imported: (count: number) =>
        new Promise<void>((resolve) => {
          told.waiting = (now) => {
            if (now >= count) resolve()
          }
          told.waiting(told.imported)
        }),
      failures: (count: number) =>
        new Promise<void>((resolve) => {
          told.warned = () => {
            if (problems.length >= count) resolve()
          }
          told.warned()
        }),
    }
  }

  async function drop(home: TempHome, drops: MadeDrop[]): Promise<void> {
    for (const { name, bytes } of drops) {
      await writeFile(join(home.config.inbox, `${name}.part`), bytes)
      await rename(join(home.config.inbox, `${name}.part`), join(home.config.inbox, name))
    }
  }

  async function openErrata(home: TempHome): Promise<string[]> {
    const { errata } = await listErrata(home.db.read, OWNER, { limit: 10 })
    return errata.map(({ kind, cause, consequence }) => `${kind}: ${cause} ${consequence}`)
  }

  async function home(options: Parameters<typeof tempHome>[0] = {}): Promise<TempHome> {
    const made = await tempHome(options)
    leave.push(() => made.close())
    return made
  }

  test.each([0, 100_000, 300_000, 500_000, 900_000])(
    'keeps its drops on a full disk with %i bytes left, and takes them when there is space again',
    async (free) => {
      const full = disk(10 * MEGABYTE)
      const inbox = await folder()
      const at = await home({ dataDir: join(full.path, 'data'), inbox })
      const drops = await Promise.all(
        ['One', 'Two', 'Three', 'Four', 'Five'].map((title) => book(title)),
      )
      full.fill(free)
      const { inbox: watched, problems, failures, imported } = await watch(at)
      await drop(at, drops)
      await failures(12)
      expect(problems.join('')).toContain('no space left')
      expect(problems.filter((line) => line.includes('"err"'))).toEqual([])
      await watched.quiet()
      // What failed many times has left nothing behind.
      expect(await readdir(at.config.staging)).toEqual([])
      expect(await readdir(at.config.quarantine)).toEqual([])

      await full.empty()
      await imported(5)
      await watched.quiet()
      expect(await readdir(inbox)).toEqual([])
      expect(await checkLibrary(at.config.dataDir, expected(drops))).toEqual([])
    },
  )

  test('keeps its drops while the library is read-only, says so in one erratum, and closes it', async () => {
    const at = await home()
    const drops = await Promise.all(['One', 'Two'].map((title) => book(title)))
    const makeWritable = readOnly(at.config.library)
    leave.push(makeWritable)
    const { inbox: watched, problems, failures, imported } = await watch(at)
    await drop(at, drops)
    await failures(6)
    expect(problems.filter((line) => line.includes('"err"'))).toEqual([])
    expect((await readdir(at.config.inbox)).sort()).toEqual(['One.epub', 'Two.epub'])
    expect(await openErrata(at)).toEqual([
      'imports-waiting: Books cannot be imported. A folder of the library is read-only. What was dropped waits in the inbox and is tried again every minute.',
    ])
    makeWritable()
    await imported(2)
    await watched.quiet()
    expect(await openErrata(at)).toEqual([])
    expect(await checkLibrary(at.config.dataDir, expected(drops))).toEqual([])
  })

  test('takes a file that changes while it is read when it is whole', async () => {
    const at = await home()
    const growing = await book('Growing', 3 * MEGABYTE)
    const path = join(at.config.inbox, growing.name)
    const { imported, inbox: watched } = await watch(at)
    const step = 64 * 1024
    await writeFile(path, growing.bytes.subarray(0, step))
    for (let from = step; from < growing.bytes.length; from += step)
      await appendFile(path, growing.bytes.subarray(from, from + step))
    await imported(1)
    await watched.quiet()
    expect(await checkLibrary(at.config.dataDir, expected([growing]))).toEqual([])
  })
})

describe('a server', () => {
  async function open(dataDir: string) {
    const log: string[] = []
    let now = Date.now()
    const config = readConfig({
      HOLDFAST_DATA_DIR: dataDir,
      HOLDFAST_HOST: '127.0.0.1',
      HOLDFAST_PORT: '0',
    })
    const server: Server = await openServer(config, {
      now: () => now,
      settle: 20,
      log: openLog('error', { write: (line) => void log.push(line) }),
    })
    leave.push(() => server.close())
    const ann = { name: 'Ann', password: 'a long password', owner: true }
    const { id } = await addPerson(server.home, ann)
    const { token } = await issueApiToken(server.home, { person: id, label: 'test' })
    const call = async (method: string, path: string, body?: Buffer | object) => {
      const type = body instanceof Uint8Array ? 'application/epub+zip' : 'application/json'
      const response = await fetch(`${server.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': type },
        ...(body && {
          body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
        }),
      })
      return { status: response.status, text: await response.text() }
    }
    const advance = (ms: number) => {
      now += ms
    }
    return { server, call, log, advance }
  }

  test('tells its owner of a disk that is nearly full, as long as it is', async () => {
    const small = disk(800 * MEGABYTE)
    const { call } = await open(join(small.path, 'data'))
    const errata = async () => ErrataTold.parse(JSON.parse((await call('GET', '/errata')).text))
    expect(await errata()).toEqual({ items: [] })
    small.fill(70_000_000)
    expect(await errata()).toMatchObject({
      items: [
        {
          kind: 'low-disk',
          cause: `The disk of ${join(small.path, 'data')} is nearly full: about 50 MB are left.`,
          actions: [],
        },
      ],
    })
    await small.empty()
    expect(await errata()).toEqual({ items: [] })
  })

  test('answers uploads to a full disk with one sentence, stays up, and takes them later', async () => {
    const full = disk(12 * MEGABYTE)
    const { server, call, log } = await open(join(full.path, 'data'))
    const drops: MadeDrop[] = []
    // At each of these another part of the import finds no room.
    for (const [index, free] of [
      0, 150_000, 350_000, 450_000, 550_000, 700_000, 900_000,
    ].entries()) {
      const upload = await book(`Upload${index}`, 200_000, await makeCover(index))
      full.fill(free)
      const { status, text } = await call('POST', '/books', upload.bytes)
      expect([201, 503]).toContain(status)
      if (free < 350_000) expect(status).toBe(503)
      if (status === 503) expect(text).toContain('There is no space left')
      expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
      await full.empty()
      const held = status === 201 ? [...drops, upload] : drops
      const wrong = await checkLibrary(join(full.path, 'data'), expected(held))
      // A cover is named by its bytes: one that was stored too early is there for the next try.
      const early = `covers/original/${upload.cover} was left behind.`
      expect([free, wrong.filter((each) => each !== early)]).toEqual([free, []])
      drops.push(upload)
      expect([201, 200]).toContain((await call('POST', '/books', upload.bytes)).status)
    }
    expect(await checkLibrary(join(full.path, 'data'), expected(drops))).toEqual([])
    expect(log).toEqual([])
  })

  test('answers uploads to a read-only library with one sentence, and lists no book without a file', async () => {
    const dataDir = join(await folder(), 'data')
    const { server, call, log } = await open(dataDir)
    const upload = await book('Upload')
    const makeWritable = readOnly(server.home.config.library)
    leave.push(makeWritable)
    const { status, text } = await call('POST', '/books', upload.bytes)
    expect([status, text]).toEqual([503, expect.stringContaining('is read-only')])
    expect((await call('GET', '/books')).text).toContain('"items":[]')
    expect(await readdir(server.home.config.staging)).toEqual([])
    makeWritable()
    expect((await call('POST', '/books', upload.bytes)).status).toBe(201)
    expect(await checkLibrary(dataDir, expected([upload]))).toEqual([])
    expect(log).toEqual([])
  })

  test('starts beside imports that it cannot finish yet, and finishes them later', async () => {
    const dataDir = join(await folder(), 'data')
    const { server } = await open(dataDir)
    const left = await book('Left')
    const { hash } = left
    await server.close()
    const stem = join(dataDir, 'staging', '1-0123456789abcdef')
    // The id of a process that is no more, as after a crash.
    const dead = stem.replace('/1-', '/999999999-')
    await writeFile(`${dead}.${hash}.epub`, left.bytes)
    await writeFile(
      `${dead}.json`,
      JSON.stringify({ name: left.name, uploader: null, source: 'x' }),
    )
    const full = disk(MEGABYTE)
    await rm(join(dataDir, 'library'), { recursive: true })
    await symlink(full.path, join(dataDir, 'library'))
    full.fill(0)
    const again = await openServer(
      readConfig({ HOLDFAST_DATA_DIR: dataDir, HOLDFAST_HOST: '127.0.0.1', HOLDFAST_PORT: '0' }),
      {
        log: openLog('silent'),
      },
    )
    leave.push(() => again.close())
    expect((await fetch(`${again.url}/healthz`)).status).toBe(200)
    await full.empty()
    await recoverImports(again.home)
    expect(await checkLibrary(dataDir, expected([left]))).toEqual([])
  })

  test('answers uploads whose covers have no room with one sentence, and takes them later', async () => {
    const dataDir = join(await folder(), 'data')
    const full = disk(MEGABYTE)
    await mkdir(dataDir)
    await mkdir(join(full.path, 'covers'))
    await symlink(join(full.path, 'covers'), join(dataDir, 'covers'))
    const { server, call, log } = await open(dataDir)
    const upload = await book('Upload', 1000, await makeCover(1))
    full.fill(0)
    const { status, text } = await call('POST', '/books', upload.bytes)
    expect([status, text]).toEqual([503, expect.stringContaining('There is no space left')])
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    await full.empty()
    expect(await checkLibrary(dataDir, expected([]))).toEqual([])
    expect((await call('POST', '/books', upload.bytes)).status).toBe(201)
    expect(await checkLibrary(dataDir, expected([upload]))).toEqual([])
    expect(log).toEqual([])
  })

  test('prepares books for a Kobo again when there is space again, however long that took', async () => {
    const dataDir = join(await folder(), 'data')
    const full = disk(MEGABYTE)
    await mkdir(dataDir)
    await symlink(full.path, join(dataDir, 'artifacts'))
    const { server, call, log, advance } = await open(dataDir)
    const upload = await book('Upload')
    await call('POST', '/books', upload.bytes)
    const [{ id }] = listOf(await call('GET', '/books'))
    full.fill(0)
    await call('POST', '/devices', { name: 'Libra' })
    const shelf = idOf(await call('POST', '/shelves', { name: 'Mine' }))
    await call('POST', `/shelves/${shelf}/books`, { add: [id] })
    for (let minute = 0; minute < 5; minute += 1) {
      await server.quiet()
      advance(61_000)
    }
    expect((await call('GET', '/errata')).text).toContain('There is no space left')
    await full.empty()
    await server.quiet()
    expect((await call('GET', '/errata')).text).toContain('"items":[]')
    const artifacts = (await filesBelow(full.path)).map((name) => name.slice(3))
    const kepub = sha256(await kepubOf(upload.bytes))
    expect(artifacts).toEqual([kepub])
    expect(log).toEqual([])
  })

  function idOf({ text }: { text: string }): string {
    return z.object({ id: z.string() }).parse(JSON.parse(text)).id
  }

  function listOf({ text }: { text: string }): [{ id: string }] {
    return z.object({ items: z.tuple([z.object({ id: z.string() })]) }).parse(JSON.parse(text))
      .items
  }
})
