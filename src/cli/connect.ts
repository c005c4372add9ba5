import { readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { flushFile, isThere, removeFile, sizeOf, syncFolder } from '../catalogue/durable.ts'
import { CONF_LIMIT, pointBack, pointTo } from '../kobo-conf/edit.ts'
import type { ConfEdit, ConfRefusal } from '../kobo-conf/edit.ts'
import { isLoopback, syncAddress } from '../kobo-conf/sync-address.ts'
import { CONF_BACKUP, CONF_NAME, CONF_REFUSALS } from '../kobo-conf/words.ts'
import { Problem } from '../problem.ts'
import { WrongUse, type Io } from './io.ts'

/** `connect PATH URL`: writes the sync URL into the configuration of a Kobo that is plugged in. */
export async function connect(argv: string[], io: Io): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true })
  const [path, url, ...more] = positionals
  if (path === undefined || url === undefined || more.length > 0)
    throw new WrongUse('This command needs the drive of the Kobo and its sync URL.')
  const address = syncAddress(url)
  if (address === undefined)
    throw new WrongUse(`“${url}” is no sync URL. It begins with http:// or https://.`)
  if (isLoopback(address))
    throw new WrongUse(
      'A Kobo cannot reach that address: it means the machine that calls it. Use the name or the number of this machine in your network.',
    )
  return await edit(path, io, (bytes) => pointTo(bytes, address), `The Kobo calls ${address} now.`)
}

/** `disconnect PATH`: gives a Kobo that is plugged in back to Kobo’s store. Needs no server. */
export async function disconnect(argv: string[], io: Io): Promise<number> {
  const { positionals } = parseArgs({ args: argv, allowPositionals: true })
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0)
    throw new WrongUse('This command needs the drive of the Kobo.')
  return await edit(path, io, pointBack, 'The Kobo calls Kobo’s own store again.')
}

async function edit(
  path: string,
  io: Io,
  change: (bytes: Uint8Array) => ConfEdit | ConfRefusal,
  done: string,
): Promise<number> {
  const conf = await confAt(path)
  const before = await readFile(conf)
  const edited = change(before)
  if (typeof edited === 'string') throw new Problem('invalid', CONF_REFUSALS[edited])
  const backup = join(dirname(conf), CONF_BACKUP)
  if (edited.changed) {
    // The first one is worth most: what was there before any of this.
    if (!(await isThere(backup))) await replace(backup, before)
    await replace(conf, edited.bytes)
  }
  io.out(edited.changed ? done : 'It was so already. Nothing was changed.')
  if (edited.before !== undefined && edited.changed) io.out(`Before, it was ${edited.before}.`)
  if (edited.removed.length > 0)
    io.out(`Taken out, since the Kobo asks for it again: ${edited.removed.join(', ')}.`)
  if (edited.changed)
    io.out(`What was there before is in “${CONF_BACKUP}” beside it. Now eject the Kobo.`)
  return 0
}

/** The configuration that somebody means who names the file, its folder, the folder `.kobo` or the whole drive. */
async function confAt(path: string): Promise<string> {
  const inside = [[], ['Kobo'], ['.kobo', 'Kobo']].map((folders) =>
    join(path, ...folders, CONF_NAME),
  )
  for (const conf of basename(path) === CONF_NAME ? [path] : inside) {
    const size = await sizeOf(conf)
    if (size === undefined) continue
    if (size > CONF_LIMIT) throw new Problem('invalid', CONF_REFUSALS['too-large'])
    return conf
  }
  throw new Problem(
    'not_found',
    `“${basename(path)}” holds no “${CONF_NAME}”. Is the Kobo plugged in, and does it say that it is connected?`,
  )
}

/** Puts a file in the place of another, and looks whether it arrived: drives of Kobos have been seen to lose what was written. */
async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.holdfast-part`
  try {
    await writeFile(part, bytes)
    await flushFile(part)
    await rename(part, path)
  } catch (error) {
    await removeFile(part)
    throw error
  }
  await syncFolder(dirname(path))
  if (!(await readFile(path)).equals(bytes))
    throw new Problem(
      'unavailable',
      'The Kobo did not keep what was written. Eject it, plug it in and try again.',
    )
}
