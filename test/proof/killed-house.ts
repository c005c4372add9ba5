import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openHouse, type House } from '../support/house.ts'
import { openClockFile } from './clock-file.ts'
import { openServerProcesses, type ServerProcesses } from './server-processes.ts'

/** A house whose server has a process of its own, which can be killed and begun again; the clock goes on with the house. */
export type KilledHouse = {
  house: House
  processes: ServerProcesses
  close: () => Promise<void>
}

/** Opens it. `patience`: how long its server waits for another program that is writing, in ms. The caller closes it. */
export async function openKilledHouse(patience: number): Promise<KilledHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-clock-'))
  const clock = openClockFile(join(folder, 'clock'))
  const processes = openServerProcesses(join(folder, 'clock'))
  const house = await openHouse({
    patience,
    clock,
    serve: (config, options) => processes.serve(config, options),
  })
  return {
    house,
    processes,
    async close() {
      await processes.close()
      await house.close()
      clock.close()
      rmSync(folder, { recursive: true })
    },
  }
}
