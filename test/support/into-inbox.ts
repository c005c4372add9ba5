import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Puts a file into an inbox as most programs do: under a name that is passed over, and by its own once it is whole. Houses of tests take what
 * lies still for some hundredths of a second, for which also a file that is being written may lie still on a busy machine.
 */
export async function putIntoInbox(inbox: string, name: string, bytes: Buffer): Promise<void> {
  const coming = join(inbox, `${name}.part`)
  await writeFile(coming, bytes)
  await rename(coming, join(inbox, name))
}
