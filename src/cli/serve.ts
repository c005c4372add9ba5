import { parseArgs } from 'node:util'
import { readConfig } from '../config.ts'
import { openServer } from '../server.ts'
import type { Io } from './io.ts'

/** `serve`: the server, until it is told to stop (SIGINT, SIGTERM). */
export async function serve(argv: string[], io: Io): Promise<number> {
  parseArgs({ args: argv, options: {} })
  const server = await openServer(readConfig(io.env))
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  server.home.log.info(`${signal}: finishing what is under way.`)
  await server.close()
  return 0
}
