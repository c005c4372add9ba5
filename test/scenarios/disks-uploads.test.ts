import { mkdir, readdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { checkLibrary } from '../../bench/kill-check.ts'
import type { MadeDrop } from '../../bench/kill-drops.ts'
import { makeCover } from '../support/make-epub.ts'
import { readOnly } from '../support/mount.ts'
import { book, expected, MEGABYTE, openOnDisks } from '../support/on-disks.ts'

const { leave, leaveAll, disk, folder, open } = openOnDisks()
afterEach(() => leaveAll())

describe('a server', () => {
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
})
