import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { everyBook } from '../../sync/known-books.store.ts'
import type { Page } from '../visit.ts'

/** The ids of the books of the library, as JSON: a browser that reads a Kobo's database tells of these and no others. */
export function tellBooks(home: Home): Page {
  return async (c) => {
    await ownDevice(home.db.read, c.var.visit.person, c.req.param('id') ?? '')
    return c.json(await everyBook(home.db.read))
  }
}
