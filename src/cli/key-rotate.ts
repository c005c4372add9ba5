import { parseArgs } from 'node:util'
import { rotateServerKey } from '../server-key.ts'
import { takeLibrary } from '../serving-lock.ts'
import type { Io } from './io.ts'
import { withHome } from './with-home.ts'

/** `key rotate`: gives the server another key. No server may be open, for it would go on with the old one. */
export async function rotateKey(argv: string[], io: Io): Promise<number> {
  parseArgs({ args: argv, options: {} })
  await withHome(io, async (home) => {
    const giveBack = takeLibrary(home.config.dataDir)
    try {
      await home.db.transact((tx) => rotateServerKey(tx, home))
    } finally {
      giveBack()
    }
  })
  io.out('The server has another key. Kobos fetch new addresses with their next sync.')
  return 0
}
