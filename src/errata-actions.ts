import { prepareAgain } from './artifacts/artifact.store.ts'
import { retryImport } from './catalogue/retry-import.ts'
import { closeErratum } from './errata/errata.store.ts'
import type { Erratum } from './errata/erratum.ts'
import type { Home } from './home.ts'
import { Problem } from './problem.ts'

/**
 * Does what an erratum proposes under `name`, and closes it when that succeeds. Whether somebody may act on it is asked before.
 * Throws `Problem('conflict')` when it is closed, `Problem('not_found')` for an action it does not propose, and whatever the
 * action fails with.
 */
export async function actOnErratum(home: Home, erratum: Erratum, name: string): Promise<void> {
  if (erratum.closedAt !== null) throw new Problem('conflict', 'This erratum is closed already.')
  if (!erratum.actions.includes(name))
    throw new Problem('not_found', `This erratum has no action called “${name}”.`)
  switch (erratum.kind) {
    case 'import-failed':
      await retryImport(home, erratum.id)
      return
    case 'preparation-failed': {
      const { id, book } = erratum
      const now = home.now()
      await home.db.transact(async (tx) => {
        if (book !== null) await prepareAgain(tx, book)
        await closeErratum(tx, id, 'It is tried again.', now)
      })
    }
  }
}
