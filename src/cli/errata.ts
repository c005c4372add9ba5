import { parseArgs } from 'node:util'
import { listErrata } from '../errata/find-errata.store.ts'
import type { Erratum } from '../errata/erratum.ts'
import type { Home } from '../home.ts'
import { personIds } from '../people/person.store.ts'
import { review } from '../review.ts'
import type { Io } from './io.ts'
import { withHome } from './with-home.ts'

/** The most errata of one person that are listed. */
const MOST = 500

/** `errata`: everybody's open errata, for whoever may use this machine. */
export async function listAll(argv: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'boolean', default: false } },
  })
  const errata = await withHome(io, everybodys)
  if (values.json) io.out(JSON.stringify({ items: errata }))
  else if (errata.length === 0) io.out('No errata.')
  else for (const erratum of errata) io.out(paragraph(erratum))
  return 0
}

async function everybodys(home: Home): Promise<Erratum[]> {
  await review(home)
  const readers = [
    { id: '', owner: true },
    ...(await personIds(home.db.read)).map((id) => ({ id, owner: false })),
  ]
  const errata: Erratum[] = []
  for (const reader of readers)
    errata.push(...(await listErrata(home.db.read, reader, { limit: MOST })).errata)
  return errata.sort((one, other) => other.at - one.at)
}

function paragraph({ id, at, cause, consequence, actions }: Erratum): string {
  const lines = [
    `${new Date(at).toISOString()}  ${id}`,
    `  ${cause} ${consequence}`,
    ...actions.map((action) => `  holdfast errata act ${id} ${action}`),
  ]
  return lines.join('\n')
}
