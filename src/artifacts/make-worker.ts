import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, rename, stat, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode, syncFolder } from '../catalogue/durable.ts'
import { convertDocument, convertEpub, NotConvertible } from '../kepub/index.ts'
import type { Conversion } from '../kepub/index.ts'
import { artifactPath } from './artifact-path.ts'
import { packSpans } from './book-spans.ts'
import type { MakeJob, MakeResult } from './make-job.ts'

// This runs in a thread of its own, from dist/ or, in tests, from the source: nothing here may import what Node cannot run as it is.

/**
 * Makes an artifact and puts it in its place. When this answers that it is made, its bytes and its name are on the disk to
 * stay. What a failure leaves under the unfinished name is for the caller to remove.
 */
export async function make(job: MakeJob): Promise<MakeResult> {
  try {
    const before = await identityOf(job.source)
    const made = await makeUnfinished(job)
    if (made.result !== 'made') return (await isStill(job.source, before)) ? made : CHANGED
    // What was converted was read again after it was hashed.
    if (!(await isStill(job.source, before))) return CHANGED
    await settle(job, made.hash)
    return made
  } catch (error) {
    if (!isOfSystem(error)) throw error
    const { code, path, message } = error
    // An error that is thrown loses its code on the way to the other thread.
    return hasCode(error, 'ENOENT') && path === job.source
      ? { result: 'missing' }
      : { result: 'refused', code, message }
  }
}

const CHANGED: MakeResult = { result: 'changed' }

const CHUNK = 1024 * 1024

async function makeUnfinished(job: MakeJob): Promise<MakeResult> {
  const { source, sourceHash, unfinished, how } = job
  // The name alone tells the next start which book this was, should the whole server end over it.
  const file = await open(unfinished, 'wx', 0o644)
  await file.close()
  if (how === 'copy') return await copy(job)
  if ((await hashOf(source)) !== sourceHash) return CHANGED
  const converted = await convert(job)
  // What is a KEPUB already stays as it is, though the converter would number it anew.
  const isOther = converted.result === 'made' && converted.kind === 'converted'
  return how === 'read' && isOther ? await copy(job) : converted
}

async function convert({ source, unfinished }: MakeJob): Promise<MakeResult> {
  try {
    return madeOf(await convertEpub(source, unfinished))
  } catch (error) {
    if (error instanceof NotConvertible) return { result: 'not-convertible', reason: error.reason }
    throw error
  }
}

function madeOf({ kind, size, sha256, scheme, documents }: Conversion): MakeResult {
  const hasSpans = documents.some(({ spans }) => spans.offsets.length > 0)
  return {
    result: 'made',
    kind,
    size,
    hash: sha256,
    scheme: kind === 'converted' ? scheme : null,
    // A copy of these bytes alone: with a view, all that lies around it would go to the other thread.
    spans: hasSpans ? new Uint8Array(packSpans(documents)) : null,
  }
}

async function copy({ source, sourceHash, unfinished }: MakeJob): Promise<MakeResult> {
  const from = await open(source)
  try {
    const to = await open(unfinished, constants.O_WRONLY | constants.O_TRUNC)
    try {
      const hash = createHash('sha256')
      const size = await pour(from, hash, to)
      const digest = hash.digest('hex')
      if (digest !== sourceHash) return CHANGED
      return { result: 'made', kind: 'copied', hash: digest, size, scheme: null, spans: null }
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

async function hashOf(path: string): Promise<string> {
  const file = await open(path)
  try {
    const hash = createHash('sha256')
    await pour(file, hash)
    return hash.digest('hex')
  } finally {
    await file.close()
  }
}

/** Reads a file to its end, into a hash and another file. Answers how many bytes it has. */
async function pour(from: FileHandle, hash: Hash, to?: FileHandle): Promise<number> {
  const { size: expected } = await from.stat()
  const chunk = Buffer.allocUnsafe(Math.min(CHUNK, expected + 1))
  for (let size = 0; ;) {
    const { bytesRead } = await from.read(chunk, 0, chunk.length, size)
    if (bytesRead === 0) return size
    const part = chunk.subarray(0, bytesRead)
    hash.update(part)
    await to?.writeFile(part)
    size += bytesRead
  }
}

/** Gives the finished file its name. The bytes are on the disk before the name is, and both before this returns. */
async function settle({ artifacts, unfinished }: MakeJob, hash: string): Promise<void> {
  const file = await open(unfinished, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  const path = artifactPath(artifacts, hash)
  const made = await mkdir(dirname(path), { recursive: true })
  await rename(unfinished, path)
  await syncFolder(dirname(path))
  if (made !== undefined) await syncFolder(artifacts)
}

function isOfSystem(error: unknown): error is Error & { code: string; path?: unknown } {
  return (
    error instanceof Error &&
    'syscall' in error &&
    'code' in error &&
    typeof error.code === 'string'
  )
}

/** What tells a file from another one, or from itself with other bytes. */
async function identityOf(path: string): Promise<string> {
  const { ino, size, mtimeNs } = await stat(path, { bigint: true })
  return `${ino} ${size} ${mtimeNs}`
}

async function isStill(path: string, before: string): Promise<boolean> {
  return (await identityOf(path)) === before
}

/** Machine code is made of what runs often: the first book shall not be the one that pays for it. */
function warmUp(): void {
  const paragraph =
    '<p class="a">It was a <i>dark</i> night. “Who is there?” she said; nobody&#160;answered &amp; <a href="b.xhtml#c">see here</a>.<br/>Then é 日本。</p>'
  const list = '<div><img src="a.png" alt=""/><ul><li>One. Two</li></ul></div>'
  const page = Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>A</title></head><body>${(paragraph + list).repeat(40)}</body></html>`,
  )
  for (let round = 0; round < WARM_ROUNDS; round += 1) convertDocument(page)
}

const WARM_ROUNDS = 100

warmUp()
