import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256, type MadeDrop } from '../../bench/kill-drops.ts'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { issueApiToken } from '../../src/people/api-token.ts'
import { addPerson } from '../../src/people/person.ts'
import { openServer, type Server } from '../../src/server.ts'
import { makeEpub } from './make-epub.ts'
import { smallDisk, type Disk } from './mount.ts'

/** A megabyte, in bytes. */
export const MEGABYTE = 1 << 20

type Call = (
  method: string,
  path: string,
  body?: Buffer | object,
) => Promise<{ status: number; text: string }>

/** What a test opens and has to leave again. `leaveAll` does that, the newest first. */
export function openOnDisks(): {
  /** What `leaveAll` calls. */
  leave: (() => unknown)[]
  leaveAll: () => Promise<void>
  /** Mounts a disk of so many bytes. */
  disk: (size: number) => Disk
  /** Makes an empty folder on the ordinary disk. */
  folder: () => Promise<string>
  /** Starts a server with Ann, its owner, whose token `call` uses, and a clock that `advance` sets forward, in ms. */
  open: (dataDir: string) => Promise<{
    server: Server
    call: Call
    log: string[]
    advance: (ms: number) => void
  }>
} {
  const leave: (() => unknown)[] = []

  async function leaveAll(): Promise<void> {
    for (const each of leave.splice(0).reverse()) await each()
  }

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

  return { leave, leaveAll, disk, folder, open }
}

/** A book of about `size` bytes that nothing makes smaller. */
export async function book(title: string, size = 200_000, cover?: Buffer): Promise<MadeDrop> {
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

/** What a library holds that took these and nothing else. */
export function expected(drops: MadeDrop[]): {
  books: Map<string, MadeDrop>
  refused: Set<string>
} {
  return { books: new Map(drops.map((drop) => [drop.hash, drop])), refused: new Set<string>() }
}
