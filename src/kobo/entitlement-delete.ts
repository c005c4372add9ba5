import type { Device } from '../devices/device.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { recordDelete } from '../sync/deletion.ts'
import { answerNothing } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'
import { recordForeignRemoval } from './foreign-removal.store.ts'
import { entitlementId } from './wire/decode-states.ts'

/** Ids that one address may name; only single ones were ever seen. */
const IDS_LIMIT = 100

/** Books that are not ours and whose removal is kept, for each Kobo, and the longest id of one, in characters. */
const FOREIGN_LIMIT = 20_000
const CONTENT_LENGTH = 200

/**
 * `DELETE /v1/library/{id}`: the reader removed the book on the Kobo. Only this device is meant, and the book stays in the
 * catalogue. The request announces JSON and has no body, so none is read. An id that is not ours is kept and done; what could not
 * be recorded is an error, for a Kobo then says it again (docs/protocol/library-sync.md).
 */
export function deleteEntitlement(home: Home): KoboHandler {
  return async (c) => {
    const { device } = c.var
    const ids = (c.req.param('id') ?? '').split(',')
    if (ids.length > IDS_LIMIT)
      throw new Problem('too_large', 'These are more books than a Kobo removes at once.')
    for (const id of ids) {
      const book = await findBook(home.db.read, id)
      if (!book) await recordForeign(home, device, id)
      else if (device) await recordDelete(home, device, book.id)
      else throw new Problem('unavailable', 'Which Kobo removed this book cannot be told.')
    }
    return answerNothing()
  }
}

async function recordForeign(home: Home, device: Device | undefined, id: string): Promise<void> {
  const content = entitlementId(id)
  if (!device || content === '' || content.length > CONTENT_LENGTH) return
  const removal = { device: device.id, content, at: home.now() }
  await home.db.transact((tx) => recordForeignRemoval(tx, removal, FOREIGN_LIMIT))
}
