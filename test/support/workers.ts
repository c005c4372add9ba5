import { pino } from 'pino'
import { openWorkers, type Workers } from '../../src/artifacts/workers.ts'

let shared: Workers | undefined

/** Workers for every test of a file. They end with its process, so that not each house must wait for them to start. */
export function sharedWorkers(): Workers {
  shared ??= openWorkers(pino({ level: 'silent' }))
  return shared
}
