import { readConfig } from '../src/config.ts'
import { openServer } from '../src/server.ts'

/** The real server for `kill`, which takes drops sooner than people need it to (ms). */
await openServer(readConfig(process.env), { settle: 40 })
