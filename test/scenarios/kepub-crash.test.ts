import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { filesBelow } from '../../bench/files-below.ts'
import { startCommand, startServer, type Program } from '../../bench/kill-program.ts'
import { packageRoot } from '../../src/package-root.ts'
import { makeEpub } from '../support/make-epub.ts'

/** So many books are shelved at once. */
const BOOKS = 24

/** These run the built program, as people do. */
beforeAll(() => {
  execFileSync(join(packageRoot(), 'bin', 'setup'), { stdio: 'pipe' })
}, 180_000)

let dataDir: string
let token: string
let shelf: string
/** How many books were made so far. */
let made: number
let server: Program | undefined

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-kepub-crash-'))
  await command(['user', 'add', 'anna', '--owner', '--password-stdin'], 'a long password')
  token = /hf_[\w-]+/.exec(await command(['token', 'add', 'anna', 'test']))?.[0] ?? ''
  await command(['device', 'add', 'anna', 'Libra'])
  made = 0
  await open()
  const answer = await call('POST', '/shelves', { name: 'Sofa' })
  shelf = (JSON.parse(answer) as { id: string }).id
  await shelveMore()
}, 60_000)

afterEach(async () => {
  await server?.kill()
  await rm(dataDir, { recursive: true, force: true })
})

async function command(argv: string[], input = ''): Promise<string> {
  const program = startCommand(dataDir, argv, input)
  expect(await program.ended, program.out()).toBe(0)
  return program.out()
}

async function open(): Promise<void> {
  server = await startServer(dataDir)
  await server.healthy()
}

/** Imports books that were not there, and puts them on the shelf: from then on they are converted. */
async function shelveMore(): Promise<void> {
  const given = await mkdtemp(join(dataDir, 'given-'))
  for (const end = made + BOOKS; made < end; made += 1) {
    const page = `<h1>${made}</h1>${'<p>One <i>and</i> two. “Three”? Four.</p>'.repeat(1_500)}`
    const epub = await makeEpub({ title: `Volume ${made}`, chapters: [page, page, page] })
    await writeFile(join(given, `${made}.epub`), epub)
  }
  await command(['import', given])
  const listed = JSON.parse(await call('GET', '/books?limit=500')) as { items: { id: string }[] }
  await call('POST', `/shelves/${shelf}/books`, { add: listed.items.map(({ id }) => id) })
}

async function call(method: string, path: string, body?: object): Promise<string> {
  const answer = await fetch(`${server?.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return await answer.text()
}

/** What the database says of artifacts and of what is not one yet. */
function told() {
  const db = new Sqlite(join(dataDir, 'holdfast.db'), { readonly: true })
  try {
    return {
      artifacts: db
        .prepare<[], { hash: string; size: number; format: string }>(
          `select artifact.hash, size, format from artifact
           join span_map on span_map.artifact = artifact.hash order by artifact.hash`,
        )
        .all(),
      books: db
        .prepare<[], { artifact: string | null }>('select artifact from book order by artifact')
        .all()
        .map(({ artifact }) => artifact),
      errata: db.prepare('select * from erratum').all(),
    }
  } finally {
    db.close()
  }
}

/** Fails unless every file that has the name of an artifact has its bytes, and every artifact that is told of has a file. */
async function expectWhole(): Promise<void> {
  const folder = join(dataDir, 'artifacts')
  const sizes = new Map<string, number>()
  for (const name of await filesBelow(folder)) {
    if (dirname(name) === 'unfinished') continue
    const bytes = await readFile(join(folder, name))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(basename(name))
    sizes.set(basename(name), bytes.length)
  }
  for (const { hash, size } of told().artifacts) expect(sizes.get(hash)).toBe(size)
}

/** Resolves when some more books were converted and others are being; or when all were before that was seen. */
async function untilUnderWay(): Promise<void> {
  const count = async () => {
    const names = await filesBelow(join(dataDir, 'artifacts'))
    const begun = names.filter((name) => dirname(name) === 'unfinished').length
    return { begun, finished: names.length - begun }
  }
  const before = await count()
  const isUnderWay = async () => {
    const { begun, finished } = await count()
    return (begun > 0 && finished >= before.finished + 2) || !told().books.includes(null)
  }
  await expect.poll(isUnderWay, { interval: 2, timeout: 20_000 }).toBe(true)
}

/** Kills the server while it converts: once more with more books where it had just finished. */
async function killUnderWay(): Promise<void> {
  for (;;) {
    await untilUnderWay()
    await server?.kill()
    await expectWhole()
    if (told().books.includes(null)) return
    await open()
    await shelveMore()
  }
}

test('a server that is killed while it converts leaves nothing half made, and goes on at its next start', async () => {
  for (let kills = 0; kills < 2; kills += 1) {
    await killUnderWay()
    await open()
  }
  const isDone = () => !told().books.includes(null)
  await expect.poll(isDone, { timeout: 30_000 }).toBe(true)
  await expectWhole()
  const { artifacts, books, errata } = told()
  expect(artifacts.map(({ hash }) => hash)).toEqual(books)
  expect(new Set(artifacts.map(({ format }) => format))).toEqual(new Set(['KEPUB']))
  expect(artifacts).toHaveLength(made)
  expect(errata).toEqual([])
  expect(await readdir(join(dataDir, 'artifacts', 'unfinished'))).toEqual([])
}, 120_000)
