import { stat, statfs } from 'node:fs/promises'
import type { NewErratum } from '../errata/erratum.ts'
import { lowDisk } from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { tell } from './tell.ts'

/** With less room than this, in bytes, one large import could fill the disk; of a small one a tenth is little. */
const LITTLE = 250_000_000

/** Watches the disks that the library lies on: one that is nearly full is told of while somebody can still make room. */
export async function watchDisks(home: Home): Promise<void> {
  const troubles: NewErratum[] = []
  for (const folder of await onePerDisk(home)) {
    const { bavail, blocks, bsize } = await statfs(folder)
    const free = bavail * bsize
    if (free < Math.min(LITTLE, (blocks * bsize) / 10)) troubles.push(lowDisk(folder, free))
  }
  await tell(home, { kind: 'low-disk' }, troubles, 'There is room again.')
}

/** The folders that grow, one for each disk. */
async function onePerDisk({ config }: Home): Promise<string[]> {
  const disks = new Map<number, string>()
  for (const folder of [config.dataDir, config.library, config.artifacts]) {
    const { dev } = await stat(folder)
    if (!disks.has(dev)) disks.set(dev, folder)
  }
  return [...disks.values()]
}
