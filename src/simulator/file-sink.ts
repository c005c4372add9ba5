import { createHash } from 'node:crypto'
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

/** Takes the bytes of a file as they arrive. The file appears under its name only when it is complete. */
export function openSink(path: string) {
  const part = `${path}.part`
  const file = openSync(part, 'w')
  const hash = createHash('sha256')
  return {
    write(bytes: Buffer) {
      writeSync(file, bytes)
      hash.update(bytes)
    },
    close(whole: boolean) {
      closeSync(file)
      if (whole) renameSync(part, path)
      else rmSync(part, { force: true })
    },
    digest: () => hash.digest('hex'),
  }
}
