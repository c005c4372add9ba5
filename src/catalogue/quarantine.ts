import { rm, writeFile } from 'node:fs/promises'
import { dirname, extname, join } from 'node:path'
import { fileErratum } from '../errata/errata.store.ts'
import { openErratum } from '../errata/find-errata.store.ts'
import { importFailed } from '../errata/import-errata.ts'
import type { Home } from '../home.ts'
import { randomId } from '../random-id.ts'
import { hashOf, isThere, makeFolder, moveFile } from './durable.ts'
import { libraryPath } from './file-name.ts'
import type { Origin } from './origin.ts'

/** What is told of a file that could not be imported. */
export type Failure = {
  /** The hash of its bytes, or what else tells it from other files. */
  subject: string
  origin: Origin
  /** The sentence of the Problem. */
  cause: string
}

/**
 * Moves the file at `path` to quarantine/ with the reason beside it, and files an erratum. The same bytes are kept once,
 * however often they are dropped.
 */
export async function quarantine(home: Home, path: string, failure: Failure): Promise<void> {
  const open = await openErratum(home.db.read, 'import-failed', failure.subject)
  let quarantined = open?.detail['quarantined'] ?? freshPlace(home, failure.origin.name)
  let isKept = false
  if (await isThere(join(home.config.quarantine, quarantined))) {
    isKept = (await hashOf(join(home.config.quarantine, quarantined))) === failure.subject
    if (!isKept) quarantined = freshPlace(home, failure.origin.name)
  }
  // The erratum comes first: a crash leaves the file where it was, to fail again into the same place.
  await tellFailure(home, quarantined, failure)
  if (isKept) await rm(path, { force: true })
  else await moveFile(path, join(home.config.quarantine, quarantined))
}

/** Files the erratum about the file at `quarantined` below quarantine/, and writes the sentence beside it. */
export async function tellFailure(
  home: Home,
  quarantined: string,
  { subject, origin, cause }: Failure,
): Promise<void> {
  const { name, uploader } = origin
  const erratum = importFailed({ subject, name, cause, quarantined, uploader })
  const id = randomId(home.random)
  await home.db.transact((tx) => fileErratum(tx, erratum, id, home.now()))
  const path = join(home.config.quarantine, quarantined)
  await makeFolder(dirname(path))
  await writeFile(`${path}.reason.txt`, `${cause}\n`)
}

/** `2026-09-01-1a2b3c4d/Name.epub`, below quarantine/. */
function freshPlace(home: Home, name: string): string {
  const ending = /^\.\w{1,10}$/.exec(extname(name))?.[0] ?? ''
  const stem = ending === '' ? name : name.slice(0, -ending.length)
  const date = new Date(home.now()).toISOString().slice(0, 10)
  const safe = libraryPath({ authors: [], title: stem }).name
  return `${date}-${home.random(4).toString('hex')}/${safe}${ending}`
}
