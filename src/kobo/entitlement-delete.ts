import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { recordDelete } from '../sync/deletion.ts'
import { answerNothing } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'

/** Ids that one address may name; only single ones were ever seen. */
const IDS_LIMIT = 100

/**
 * `DELETE /v1/library/{id}`: the reader removed the book on the Kobo. Only this device is meant, and the book stays in the
 * catalogue. The request announces JSON and has no body, so none is read. An id that is not ours is done; what could not be
 * recorded is an error, for a Kobo then says it again (docs/protocol/library-sync.md).
 */
export function deleteEntitlement(home: Home): KoboHandler {
  return async (c) => {
    const ids = (c.req.param('id') ?? '').split(',').slice(0, IDS_LIMIT)
    for (const id of ids) {
      const book = await findBook(home.db.read, id)
      if (!book) continue
      if (!c.var.device)
        throw new Problem('unavailable', 'Which Kobo removed this book cannot be told.')
      await recordDelete(home, c.var.device, book.id)
    }
    return answerNothing()
  }
}
