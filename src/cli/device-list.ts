import { parseArgs } from 'node:util'
import { personById } from '../people/person.store.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import { everyDevice } from './device-named.ts'
import type { Io } from './io.ts'
import { withHome } from './with-home.ts'

type Listed = {
  id: string
  name: string
  person: string
  lastSeenAt: number | null
  revokedAt: number | null
}

/** `device list`: everybody's Kobos. */
export async function listDevices(argv: string[], io: Io): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { json: { type: 'boolean', default: false } },
  })
  await withHome(io, async (home) => {
    const items: Listed[] = []
    for (const { id, name, person, lastSeenAt, revokedAt } of await everyDevice(home.db.read)) {
      const owner = await personById(home.db.read, person)
      items.push({ id, name, person: owner?.name ?? '', lastSeenAt, revokedAt })
    }
    const tell = tellTimes(home.now(), machineTimeZone())
    if (values.json) io.out(JSON.stringify({ items }))
    else if (items.length === 0) io.out('No devices.')
    else for (const item of items) io.out(line(item, tell))
  })
  return 0
}

function line(
  { id, name, person, lastSeenAt, revokedAt }: Listed,
  tell: (at: number) => string,
): string {
  const seen = lastSeenAt === null ? 'never seen' : `last seen ${tell(lastSeenAt)}`
  return `${id}  ${name} (${person}), ${seen}${revokedAt === null ? '' : ', revoked'}`
}
