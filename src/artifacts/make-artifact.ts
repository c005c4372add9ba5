import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Book } from '../catalogue/book.ts'
import { hasCode } from '../catalogue/durable.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { artifactPath } from './artifact-path.ts'
import type { Artifact } from './artifact.ts'

/** Where artifacts lie until they are whole, inside the folder of artifacts. */
export const UNFINISHED = 'unfinished'

const CHUNK = 1024 * 1024

/**
 * Makes the exact bytes that devices download from the book's file in the library, and answers when they are on the disk to stay.
 * Today these are the file's own bytes. Throws `Problem('conflict')` when the file is not what was imported, and `Problem('not_found')`
 * when it is gone. Making the same artifact twice, also at once, leaves one.
 */
export async function makeArtifact(home: Home, book: Book): Promise<Artifact> {
  const folder = join(home.config.artifacts, UNFINISHED)
  await mkdir(folder, { recursive: true })
  const unfinished = join(folder, `${book.id}.${home.random(8).toString('hex')}`)
  try {
    const { hash, size } = await copyHashing(join(home.config.library, book.file.path), unfinished)
    if (hash !== book.file.hash)
      throw new Problem('conflict', 'Its file in the library was changed since it was imported.')
    const path = artifactPath(home.config.artifacts, hash)
    const made = await mkdir(dirname(path), { recursive: true })
    await rename(unfinished, path)
    await syncFolder(dirname(path))
    if (made !== undefined) await syncFolder(home.config.artifacts)
    return { hash, book: book.id, fileRev: book.fileRev, format: formatOf(book), size }
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function formatOf(book: Book): Artifact['format'] {
  if (book.format === 'kepub') return 'KEPUB'
  return book.layout === 'fixed' ? 'EPUB3FL' : 'EPUB3'
}

/** Copies a file to a new one, which is on the disk afterwards; answers the SHA-256 and the length of what was copied. */
async function copyHashing(from: string, to: string): Promise<{ hash: string; size: number }> {
  const source = await openSource(from)
  try {
    const target = await open(to, 'wx', 0o644)
    try {
      const copied = await pour(source, target)
      await target.sync()
      return copied
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

async function openSource(path: string): Promise<FileHandle> {
  try {
    return await open(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT'))
      throw new Problem('not_found', 'Its file is missing from the library.', { cause: error })
    throw error
  }
}

async function pour(
  source: FileHandle,
  target: FileHandle,
): Promise<{ hash: string; size: number }> {
  const { size: expected } = await source.stat()
  const hash = createHash('sha256')
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK, expected + 1))
  let size = 0
  for (;;) {
    const { bytesRead } = await source.read(chunk, 0, chunk.length, size)
    if (bytesRead === 0) return { hash: hash.digest('hex'), size }
    const part = chunk.subarray(0, bytesRead)
    hash.update(part)
    await target.writeFile(part)
    size += bytesRead
  }
}

/** Makes the names in a folder durable: a row in the database must not outlive the file it speaks of. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path)
  try {
    await folder.sync()
  } catch (error) {
    // Some network file systems cannot promise it, and say so.
    if (!hasCode(error, 'EINVAL', 'EPERM', 'ENOTSUP')) throw error
  } finally {
    await folder.close()
  }
}
