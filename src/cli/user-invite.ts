import { parseArgs } from 'node:util'
import { invite } from '../people/invitation.ts'
import { everybody } from '../people/person.store.ts'
import { Problem } from '../problem.ts'
import { invitationUrl, lanAddresses, publicUrl } from '../public-url.ts'
import { WrongUse, type Io } from './io.ts'
import { withHome } from './with-home.ts'

/** `user invite [FOR]`: makes an invitation and prints its address, once. */
export async function inviteUser(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [label = '', ...more] = positionals
  if (more.length > 0) throw new WrongUse('This command needs at most one word: for whom it is.')
  const made = await withHome(io, async (home) => {
    const owner = (await everybody(home.db.read)).find((person) => person.owner)
    if (!owner) throw new Problem('conflict', 'Nobody owns this server yet: add an owner first.')
    const { secret, ...invitation } = await invite(home, { inviter: owner.id, label })
    const base = publicUrl(home.config, undefined, lanAddresses()[0])
    return { ...invitation, url: invitationUrl(base, secret) }
  })
  io.out(values.json ? JSON.stringify(made) : made.url)
  return 0
}
