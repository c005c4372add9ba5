import { parseArgs } from 'node:util'
import { makeRecoveryCodes } from '../people/recovery-code.ts'
import { WrongUse, type Io } from './io.ts'
import { personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `user codes NAME`: makes recovery codes for somebody and prints them, once. */
export async function makeCodes(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0) throw new WrongUse('This command needs one name.')
  const codes = await withHome(io, async (home) =>
    makeRecoveryCodes(home, await personNamed(home, name)),
  )
  if (values.json) io.out(JSON.stringify({ codes }))
  else for (const code of codes) io.out(code)
  return 0
}
