import type { Db } from './db/schema.ts'
import { erratumById, maySee } from './errata/find-errata.store.ts'
import type { Erratum } from './errata/erratum.ts'
import type { Person } from './people/person.ts'
import { Problem } from './problem.ts'

/** The erratum with this id, open or closed. Throws `Problem('not_found')` unless this person may see it. */
export async function ownErratum(db: Db, person: Person, id: string): Promise<Erratum> {
  const erratum = await erratumById(db, id)
  if (!erratum || !maySee(erratum, person))
    throw new Problem('not_found', 'There is no such erratum.')
  return erratum
}
