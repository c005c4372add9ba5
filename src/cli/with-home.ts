import { readConfig } from '../config.ts'
import type { Home } from '../home.ts'
import { openLog } from '../log.ts'
import { openHome } from '../open-home.ts'
import type { Io } from './io.ts'

/** Opens the library that the environment names for one piece of work, and closes it in every case. */
export async function withHome<Result>(
  io: Io,
  work: (home: Home) => Promise<Result>,
): Promise<Result> {
  const config = readConfig(io.env)
  // The output belongs to the command; what is worth a warning goes where people see it.
  const log = openLog('warn', { write: (line) => io.err(line.trimEnd()) })
  const home = await openHome(config, { log })
  try {
    return await work(home)
  } finally {
    await home.db.close()
  }
}
