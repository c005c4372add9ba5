import { closeErrataAbout, fileErratum, isQuiet } from '../errata/errata.store.ts'
import { toldErrata } from '../errata/find-errata.store.ts'
import type { Erratum, NewErratum } from '../errata/erratum.ts'
import { bookNearLimit, headersNearLimit } from '../errata/watchdog-errata.ts'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'
import { randomId } from '../random-id.ts'
import { titlesOf } from './watchdog.store.ts'

/** Headers of one answer that are told of, in bytes: three quarters of the 2 KB that every proxy takes. */
export const LARGE_HEADERS = 1_536

const DAY = 24 * 60 * 60_000

/** Headers that stayed short for so many days are no trouble any more. */
const DAYS = 7

/** Tells of a book of which one operation takes `bytes`. A database that is busy is no reason to fail a sync. */
export async function reportLargeBook(home: Home, book: string, bytes: number): Promise<void> {
  const titled = (await titlesOf(home.db.read, [book])).get(book)
  if (titled) await report(home, bookNearLimit(titled, bytes))
}

/** Tells of an answer, to a path of this shape, whose headers take `bytes`. */
export async function reportLongHeaders(home: Home, path: string, bytes: number): Promise<void> {
  await report(home, headersNearLimit(path, bytes, Math.floor(home.now() / DAY)))
}

/** Closes what is told of a book that was changed or deleted since, and of headers that were short for a week. */
export async function watchLimits(home: Home): Promise<void> {
  const large = await toldErrata(home.db.read, { kind: 'book-near-limit' })
  const books = await titlesOf(
    home.db.read,
    large.map((erratum) => erratum.subject),
  )
  for (const erratum of large) {
    const book = books.get(erratum.subject)
    const isSame = book && !book.isDeleted && String(book.metaRev) === erratum.detail.metaRev
    if (!isSame) await settle(home, erratum, 'It was changed, and is measured again.')
  }
  for (const erratum of await toldErrata(home.db.read, { kind: 'headers-near-limit' }))
    if (home.now() / DAY - Number(erratum.detail.day) >= DAYS)
      await settle(home, erratum, 'They were short for a week.')
}

async function report(home: Home, erratum: NewErratum): Promise<void> {
  const now = home.now()
  if (await isQuiet(home.db.read, erratum, now)) return
  const id = randomId(home.random)
  try {
    await home.db.transact((tx) => fileErratum(tx, erratum, id, now))
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    home.log.warn({ err: error }, 'An erratum was not written down.')
  }
}

async function settle(home: Home, { kind, subject }: Erratum, because: string): Promise<void> {
  await home.db.transact((tx) => closeErrataAbout(tx, kind, subject, because, home.now()))
}
