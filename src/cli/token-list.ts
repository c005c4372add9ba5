import { parseArgs } from 'node:util'
import { everyToken } from '../people/api-token.store.ts'
import { personById } from '../people/person.store.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import type { Io } from './io.ts'
import { withHome } from './with-home.ts'

/** `token list`: everybody's API tokens, without what they are. */
export async function listTokens(argv: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'boolean', default: false } },
  })
  await withHome(io, async (home) => {
    const items = []
    for (const token of await everyToken(home.db.read, home.now())) {
      const person = await personById(home.db.read, token.person)
      items.push({ ...token, person: person?.name ?? '' })
    }
    const tell = tellTimes(home.now(), machineTimeZone())
    if (values.json) io.out(JSON.stringify({ items }))
    else if (items.length === 0) io.out('No API tokens.')
    else
      for (const { id, label, person, scopes, usedAt, endsAt } of items)
        io.out(
          `${id}  ${label} (${person}): ${scopes.join(', ')}; ` +
            (usedAt === null ? 'never used' : `last used ${tell(usedAt)}`) +
            (endsAt === null ? '' : `, good until ${tell(endsAt)}`),
        )
  })
  return 0
}
