import type { Config } from '../../src/config.ts'
import { openDatabase, type Database } from '../../src/db/open.ts'
import type { Home } from '../../src/home.ts'
import { openHome, type HomeOptions } from '../../src/open-home.ts'

/** A library that is open in this process beside the server, as in one that runs a command. */
export type Beside = {
  home: Home
  /** Lets go of the database until it is used again: a server that is killed then leaves a database that nobody holds. */
  leave(): Promise<void>
}

/** Opens the library at `config.dataDir` beside its server. The caller leaves it. */
export async function openBeside(config: Config, options: HomeOptions): Promise<Beside> {
  const home = await openHome(config, options)
  let open: Database | undefined = home.db
  const opened = (): Database => (open ??= openDatabase(config.database))
  async function leave(): Promise<void> {
    const left = open
    open = undefined
    await left?.close()
  }
  return {
    home: {
      ...home,
      db: {
        get read() {
          return opened().read
        },
        transact: (decide) => opened().transact(decide),
        rehearse: (decide) => opened().rehearse(decide),
        commits: () => opened().commits(),
        close: leave,
      },
    },
    leave,
  }
}
