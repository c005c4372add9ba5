import { rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { closeErratum } from '../errata/errata.store.ts'
import { erratumById } from '../errata/find-errata.store.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { isThere } from './durable.ts'
import type { ImportResult } from './enter-book.ts'
import { finishImport } from './import.ts'
import { tellFailure } from './quarantine.ts'
import { stage } from './staging.ts'

/**
 * The action `retry` of a failed import: imports the quarantined file again and closes the erratum when that succeeds.
 * Throws the Problem that it fails with, which the erratum then tells, or `Problem('not_found')` when the erratum is closed
 * or the file was taken away. Whether a person may act on the erratum is asked before.
 */
export async function retryImport(home: Home, erratum: string): Promise<ImportResult> {
  const failed = await erratumById(home.db.read, erratum)
  const quarantined = failed?.detail['quarantined']
  if (failed?.kind !== 'import-failed' || failed.closedAt !== null || quarantined === undefined)
    throw new Problem('not_found', 'There is no such erratum.')
  const path = resolve(home.config.quarantine, quarantined)
  if (!path.startsWith(`${home.config.quarantine}/`) || !(await isThere(path)))
    throw new Problem('not_found', 'The file is no longer in quarantine. Please drop it again.')

  const { subject, person: uploader } = failed
  const origin = { name: failed.detail['name'] ?? '', uploader, source: 'retry' }
  let result: ImportResult
  try {
    result = await finishImport(home, await stage(home, path, origin), {
      quarantines: false,
      keeps: false,
    })
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid')
      await tellFailure(home, quarantined, { subject, origin, cause: error.message })
    throw error
  }
  await rm(dirname(path), { recursive: true, force: true })
  await home.db.transact((tx) => closeErratum(tx, erratum, 'It was imported.', home.now()))
  return result
}
