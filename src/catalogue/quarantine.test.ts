import { existsSync } from 'node:fs'
import { readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { tempHome } from '../../test/support/temp-home.ts'
import type { TempHome } from '../../test/support/temp-home.ts'
import { closeErratum } from '../errata/errata.store.ts'
import { listErrata } from '../errata/find-errata.store.ts'
import { filePath } from './files.ts'
import { importFile } from './import.ts'
import { retryImport } from './retry-import.ts'
import { FILE_LIMIT } from './copy-drop.ts'
import { alice, dropsOf } from './drops-of.test-support.ts'

const OWNER = { id: 'nobody', owner: true }

let home: TempHome
const { drop, importDrop } = dropsOf(() => home)
beforeEach(async () => {
  home = await tempHome()
})
afterEach(async () => {
  await home.close()
})

describe('a file that is no book', () => {
  async function errata() {
    return (await listErrata(home.db.read, OWNER, { limit: 10 })).errata
  }

  test('goes to quarantine with the reason beside it, and an erratum tells of it', async () => {
    await expect(importDrop('sub/notes.pdf', '%PDF-1.7')).rejects.toMatchObject({ code: 'invalid' })
    expect(await readdir(home.config.inbox)).toEqual([])
    expect(await readdir(home.config.staging)).toEqual([])

    const [erratum, ...others] = await errata()
    expect(others).toEqual([])
    expect(erratum).toMatchObject({ kind: 'import-failed', person: null, actions: ['retry'] })
    expect(erratum?.cause).toMatch(/^“notes.pdf” could not be imported\. .*not an EPUB/)
    const kept = erratum?.detail['quarantined'] ?? ''
    expect(kept).toMatch(/^2026-09-01-[0-9a-f]{8}\/notes\.pdf$/)
    expect(await readFile(join(home.config.quarantine, kept), 'utf8')).toBe('%PDF-1.7')
    expect(await readFile(join(home.config.quarantine, `${kept}.reason.txt`), 'utf8')).toMatch(
      /not an EPUB/,
    )
  })

  test('is kept once, however often it is dropped', async () => {
    for (const name of ['a.epub', 'b.epub'])
      await expect(importDrop(name, 'the same')).rejects.toMatchObject({ code: 'invalid' })
    expect(await readdir(home.config.quarantine)).toHaveLength(1)
    expect(await errata()).toHaveLength(1)
    expect(await readdir(home.config.inbox)).toEqual([])
  })

  test('stays in quarantine when a retry fails too, and becomes a book when one succeeds', async () => {
    await expect(importDrop('a.epub', 'not yet a book')).rejects.toThrow()
    const [erratum] = await errata()
    const id = erratum?.id ?? ''
    const path = join(home.config.quarantine, erratum?.detail['quarantined'] ?? '')
    await expect(retryImport(home, id)).rejects.toMatchObject({ code: 'invalid' })
    expect(await readFile(path, 'utf8')).toBe('not yet a book')
    expect(await errata()).toHaveLength(1)

    await writeFile(path, await alice())
    const { outcome, book } = await retryImport(home, id)
    expect(outcome).toBe('added')
    expect(existsSync(filePath(home, book))).toBe(true)
    expect(await errata()).toEqual([])
    expect(await readdir(home.config.quarantine)).toEqual([])
    await expect(retryImport(home, id)).rejects.toMatchObject({ code: 'not_found' })
  })

  test('cannot be retried once it was taken away', async () => {
    await expect(importDrop('a.epub', 'no book')).rejects.toThrow()
    const [erratum] = await errata()
    await rm(home.config.quarantine, { recursive: true })
    await expect(retryImport(home, erratum?.id ?? '')).rejects.toMatchObject({ code: 'not_found' })
  })

  test('dropped again after it was dismissed fails anew', async () => {
    await expect(importDrop('a.epub', 'no book')).rejects.toThrow()
    const [first] = await errata()
    await home.db.transact((tx) => closeErratum(tx, first?.id ?? '', 'I know.', home.now()))
    await expect(importDrop('a.epub', 'no book')).rejects.toThrow()
    const [second] = await errata()
    expect(second?.id).not.toBe(first?.id)
  })

  test('with a hostile name stays inside quarantine', async () => {
    const path = await drop('x', 'no book')
    const name = '../../../evil\u0000/..\\name.epub'
    await expect(
      importFile(home, { path, name, dispose: 'remove', uploader: null, source: 'upload' }),
    ).rejects.toMatchObject({ code: 'invalid' })
    const [erratum] = await errata()
    const kept = join(home.config.quarantine, erratum?.detail['quarantined'] ?? '')
    expect(dirname(dirname(kept))).toBe(home.config.quarantine)
    expect(await readFile(kept, 'utf8')).toBe('no book')
  })

  test('is refused when it is too large, without being copied first', async () => {
    const path = await drop('huge.epub', '')
    await truncate(path, FILE_LIMIT + 1)
    await expect(
      importFile(home, { path, name: 'huge.epub', dispose: 'remove', uploader: null, source: '' }),
    ).rejects.toMatchObject({ code: 'too_large' })
    expect(await readdir(home.config.inbox)).toEqual([])
    expect(await errata()).toHaveLength(1)
  })

  test('is told in words when it is not there, a folder or a link to nowhere', async () => {
    const named = { name: 'x.epub', dispose: 'keep', uploader: null, source: 'cli' } as const
    const missing = join(home.config.inbox, 'missing')
    await symlink(missing, join(home.config.inbox, 'link'))
    for (const path of [missing, join(home.config.inbox, 'link')])
      await expect(importFile(home, { ...named, path })).rejects.toMatchObject({
        code: 'not_found',
        message: '“x.epub” is not there.',
      })
    await expect(importFile(home, { ...named, path: home.config.inbox })).rejects.toMatchObject({
      code: 'invalid',
      message: '“x.epub” is not a file.',
    })
  })
})
