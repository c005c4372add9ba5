import type { Server } from '../../src/server.ts'
import { writeNotes } from '../../src/sync/facts.ts'
import { answersAreOut } from './under-way.ts'

/**
 * Resolves when what the server of this process still writes of what was asked, such as the end of a download, is written, and a book that it
 * found unprepared is prepared.
 */
export async function comeToRest({ home, quiet }: Pick<Server, 'home' | 'quiet'>): Promise<void> {
  await answersAreOut()
  await quiet()
  for (let turns = 0; turns < 3; turns++) {
    await new Promise((resolve) => setImmediate(resolve))
    await home.db.transact(() => Promise.resolve())
  }
  await writeNotes(home)
}
