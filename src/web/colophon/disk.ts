import { stat, statfs } from 'node:fs/promises'
import type { Config } from '../../config.ts'

/** The disk that a library lies on, in bytes: its database, and what is free. */
export type Disk = { database: number; free: number }

/** Asks the system. */
export async function diskOf({ dataDir, database }: Config): Promise<Disk> {
  const { bavail, bsize } = await statfs(dataDir)
  return { database: (await stat(database)).size, free: bavail * bsize }
}
