import { execFileSync } from 'node:child_process'
import { appendFile, mkdtemp, open, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { copyUnchanged, openDrop } from './copy-drop.ts'

let folder: string
let book: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-drop-'))
  book = join(folder, 'Emma.epub')
  await writeFile(book, 'the bytes of Emma')
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** What is read when a file is opened, or the code of the Problem. */
async function opened(path: string, linked: boolean): Promise<string> {
  try {
    const file = await openDrop(path, 'Emma.epub', linked)
    const text = await file.readFile('utf8')
    await file.close()
    return text
  } catch (error) {
    return String((error as { code?: string }).code)
  }
}

test('a file is opened whether links are meant or not', async () => {
  expect(await opened(book, true)).toBe('the bytes of Emma')
  expect(await opened(book, false)).toBe('the bytes of Emma')
})

test('a link is followed only where it is meant', async () => {
  const link = join(folder, 'link.epub')
  await symlink(book, link)
  expect(await opened(link, true)).toBe('the bytes of Emma')
  // What was a file when it was found in the inbox is looked at again.
  expect(await opened(link, false)).toBe('conflict')
})

test('a pipe is no file, and is not waited for', async () => {
  const pipe = join(folder, 'pipe.epub')
  execFileSync('mkfifo', [pipe])
  expect(await opened(pipe, true)).toBe('invalid')
})

test('what is not there is told so', async () => {
  expect(await opened(join(folder, 'Persuasion.epub'), false)).toBe('not_found')
})

test('a file that changes while it is read is not taken as it was', async () => {
  const source = await open(book)
  try {
    const part = join(folder, 'copy.part')
    // Whoever wrote it goes on at once after it was looked at.
    vi.spyOn(source, 'stat').mockImplementationOnce(async () => {
      const before = await stat(book, { bigint: true })
      await appendFile(book, ', and more')
      return before
    })
    await expect(copyUnchanged(source, book, part, 'Emma.epub')).rejects.toMatchObject({
      code: 'conflict',
    })
  } finally {
    await source.close()
  }
})
