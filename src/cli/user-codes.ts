import { parseArgs } from 'node:util'
import { makeRecoveryCodes } from '../people/recovery-code.ts'
import type { Io } from './io.ts'
import { onlyName, personNamed } from './person-named.ts'
import { withHome } from './with-home.ts'

/** `user codes NAME`: makes recovery codes for somebody and prints them, once. */
export async function makeCodes(argv: string[], io: Io): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  })
  const name = onlyName(positionals)
  const codes = await withHome(io, async (home) =>
    makeRecoveryCodes(home, await personNamed(home, name)),
  )
  if (values.json) io.out(JSON.stringify({ codes }))
  else for (const code of codes) io.out(code)
  return 0
}
