import { closeSync, openSync, readSync, writeSync } from 'node:fs'

/** A clock that processes share by way of a file: whoever reads it reads the instant that was set last, also when others are killed. */
export type ClockFile = { now: number; close(): void }

/** Opens the clock in the file at `path`, which is made when it is missing. Instants are epoch ms. */
export function openClockFile(path: string): ClockFile {
  const file = openSync(path, 'a+')
  closeSync(file)
  const clock = openSync(path, 'r+')
  const instant = new Float64Array(1)
  return {
    get now() {
      readSync(clock, instant, 0, instant.byteLength, 0)
      return instant[0] ?? 0
    },
    set now(to) {
      instant[0] = to
      writeSync(clock, instant, 0, instant.byteLength, 0)
    },
    close: () => closeSync(clock),
  }
}
