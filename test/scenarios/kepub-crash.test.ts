import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { filesBelow } from '../../bench/files-below.ts'
import { startCommand, startServer, type Program } from '../../bench/kill-program.ts'
import { packageRoot } from '../../src/package-root.ts'
import { makeEpub } from '../support/make-epub.ts'

const BOOKS = 24

/** These run the built program, as people do. */
beforeAll(() => {
  execFileSync(join(packageRoot(), 'bin', 'setup'), { stdio: 'pipe' })
}, 180_000)

let dataDir: string
let token: string
let server: Program | undefined

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'holdfast-kepub-crash-'))
  await command(['user', 'add', 'anna', '--owner', '--password-stdin'], 'a long password')
  token = /hf_[\w-]+/.exec(await command(['token', 'add', 'anna', 'test']))?.[0] ?? ''
  const given = join(dataDir, 'given')
  await mkdir(given)
  for (let seed = 0; seed < BOOKS; seed += 1) {
    const page = `<h1>${seed}</h1>${'<p>One <i>and</i> two. “Three”? Four.</p>'.repeat(1_500)}`
    const epub = await makeEpub({ title: `Volume ${seed}`, chapters: [page, page, page] })
    await writeFile(join(given, `${seed}.epub`), epub)
  }
  await command(['import', given])
  await command(['device', 'add', 'anna', 'Libra'])
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

test('a server that is killed while it converts leaves nothing half made, and goes on at its next start', async () => {
  await open()
  const { id: shelf } = JSON.parse(await call('POST', '/shelves', { name: 'Sofa' })) as {
    id: string
  }
  const listed = JSON.parse(await call('GET', '/books?limit=100')) as { items: { id: string }[] }
  await call('POST', `/shelves/${shelf}/books`, { add: listed.items.map(({ id }) => id) })
  const unfinished = join(dataDir, 'artifacts', 'unfinished')
  for (const kill of [1, 2]) {
    const isUnderWay = async () => {
      const names = await filesBelow(join(dataDir, 'artifacts'))
      const begun = names.filter((name) => dirname(name) === 'unfinished').length
      return begun > 0 && names.length - begun >= 2 * kill
    }
    await expect.poll(isUnderWay, { interval: 2, timeout: 20_000 }).toBe(true)
    await server?.kill()
    await expectWhole()
    expect(told().books).toContain(null)
    await open()
  }
  const isDone = () => !told().books.includes(null)
  await expect.poll(isDone, { timeout: 30_000 }).toBe(true)
  await expectWhole()
  const { artifacts, books, errata } = told()
  expect(artifacts.map(({ hash }) => hash)).toEqual(books)
  expect(new Set(artifacts.map(({ format }) => format))).toEqual(new Set(['KEPUB']))
  expect(artifacts).toHaveLength(BOOKS)
  expect(errata).toEqual([])
  expect(await readdir(unfinished)).toEqual([])
}, 120_000)
