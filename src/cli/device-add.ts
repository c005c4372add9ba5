import { parseArgs } from 'node:util'
import { deviceName } from '../devices/device.ts'
import { pair } from '../devices/pairing.ts'
import { lanAddresses, publicUrl, syncUrl } from '../public-url.ts'
import { WrongUse, type Io } from './io.ts'
import { personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `device add USER NAME`: connects a Kobo that carries every shelf of its person, and prints its sync URL, once. */
export async function addDevice(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [user, name, ...more] = positionals
  if (user === undefined || !name?.trim() || more.length > 0)
    throw new WrongUse('This command needs a user and a name for the device.')
  const made = await withHome(io, async (home) => {
    const person = await personNamed(home, user)
    const now = home.now()
    const { device, secret } = await home.db.transact((tx) =>
      pair(tx, {
        person: person.id,
        name: deviceName(name),
        shelves: null,
        now,
        random: home.random,
      }),
    )
    const base = publicUrl(home.config, undefined, lanAddresses()[0])
    return { id: device.id, name: device.name, syncUrl: syncUrl(base, secret) }
  })
  io.out(values.json ? JSON.stringify(made) : made.syncUrl)
  return 0
}
