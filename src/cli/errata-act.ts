import { parseArgs } from 'node:util'
import { actOnErratum } from '../errata-actions.ts'
import { erratumById } from '../errata/find-errata.store.ts'
import { Problem } from '../problem.ts'
import { WrongUse, type Io } from './io.ts'
import { outlastNotes } from './outlast-notes.ts'
import { withHome } from './with-home.ts'

/** `errata act ID NAME`: does what an erratum proposes. */
export async function actOn(argv: string[], io: Io): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true, options: {} })
  const [id, name, ...more] = positionals
  if (id === undefined || name === undefined || more.length > 0)
    throw new WrongUse('This command needs the id of an erratum and the name of an action.')
  const left = await withHome(io, async (home) => {
    const erratum = await erratumById(home.db.read, id)
    if (!erratum) throw new Problem('not_found', 'There is no such erratum.')
    await outlastNotes()
    return actOnErratum(home, erratum, name)
  })
  io.out(left ? howToAudit(left.audit) : 'Done.')
  return 0
}

function howToAudit(device: string): string {
  return `Plug the Kobo in and run “holdfast audit ${device} PATH”, where PATH is its drive or a copy of its .kobo/KoboReader.sqlite. The question closes when that tells of every book.`
}
