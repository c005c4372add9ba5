import { parseArgs } from 'node:util'
import { passkeysOf } from '../people/passkey.store.ts'
import { identitiesOf } from '../people/provider-identity.store.ts'
import { countRecoveryCodes } from '../people/recovery-code.store.ts'
import { waysInOf } from '../people/ways-in.store.ts'
import { tellTimes } from '../sync/tell-time.ts'
import { machineTimeZone } from '../time-zone.ts'
import type { Io } from './io.ts'
import { onlyName, personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `user ways NAME`: how somebody can sign in. */
export async function listWays(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const name = onlyName(positionals)
  await withHome(io, async (home) => {
    const { read } = home.db
    const { id } = await personNamed(home, name)
    const { password } = await waysInOf(read, id, undefined)
    const passkeys = (await passkeysOf(read, id)).map(({ id, name, rpId, createdAt, usedAt }) => ({
      id,
      name,
      host: rpId,
      createdAt,
      usedAt,
    }))
    const identities = (await identitiesOf(read, id)).map(({ issuer, label, linkedAt }) => ({
      issuer,
      label,
      linkedAt,
    }))
    const recoveryCodes = await countRecoveryCodes(read, id)
    if (values.json)
      return io.out(JSON.stringify({ password, passkeys, identities, recoveryCodes }))
    const tell = tellTimes(home.now(), machineTimeZone())
    io.out(password ? 'A password.' : 'No password.')
    for (const { id, name, host, usedAt } of passkeys)
      io.out(
        `${id}  the passkey “${name}” for ${host}, ` +
          (usedAt === null ? 'never used' : `last used ${tell(usedAt)}`),
      )
    for (const { issuer, label, linkedAt } of identities)
      io.out(`The account ${label} at ${issuer}, since ${tell(linkedAt)}.`)
    return io.out(`Recovery codes that are left: ${recoveryCodes}.`)
  })
  return 0
}
