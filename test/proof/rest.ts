import type { Server } from '../../src/server.ts'
import { writeNotes } from '../../src/sync/facts.ts'

/** Resolves when what the server still writes of what was asked, such as the end of a download, is written. */
export async function comeToRest({ home }: Server): Promise<void> {
  for (let turns = 0; turns < 3; turns++) {
    await new Promise((resolve) => setImmediate(resolve))
    await home.db.transact(() => Promise.resolve())
  }
  await writeNotes(home)
}
