import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { filesBelow } from '../../bench/files-below.ts'
import { checkLibrary } from '../../bench/kill-check.ts'
import { sha256 } from '../../bench/kill-drops.ts'
import { recoverImports } from '../../src/catalogue/recover.ts'
import { readConfig } from '../../src/config.ts'
import { openLog } from '../../src/log.ts'
import { openServer } from '../../src/server.ts'
import { kepubOf } from '../support/kepub-of.ts'
import { book, expected, MEGABYTE, openOnDisks } from '../support/on-disks.ts'

const ErrataTold = z.object({
  items: z.array(z.object({ kind: z.string(), cause: z.string(), actions: z.array(z.string()) })),
})

const { leave, leaveAll, disk, folder, open } = openOnDisks()
afterEach(() => leaveAll())

describe('a server', () => {
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
