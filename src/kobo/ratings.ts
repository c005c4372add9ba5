import type { Home } from '../home.ts'
import { uuid5 } from '../uuid.ts'
import { answer } from './answer.ts'
import type { KoboHandler } from './env.ts'
import { findBook } from './find-book.ts'
import { ratingsOf, saveRating, type Rating } from './rating.store.ts'
import { entitlementId } from './wire/decode-states.ts'
import { formatTimestamp } from './wire/timestamp.ts'

/** Rated books of a person, ids in one request that are looked at, and the longest id, in characters. */
const RATINGS_LIMIT = 50_000
const IDS_LIMIT = 200
const ID_LENGTH = 200

/**
 * `POST /v1/products/{id}/rating/{stars}`: stars that the reader gave, to a book of ours or to any other. What is not one to five
 * stars is done and not kept.
 */
export function rate(home: Home): KoboHandler {
  return async (c) => {
    const stars = /^[1-5]$/.test(c.req.param('rating') ?? '') ? Number(c.req.param('rating')) : 0
    const book = await ratedBook(home, c.req.param('id') ?? '')
    const { person } = c.var.pairing
    if (stars > 0 && book !== '')
      await home.db.transact((tx) =>
        saveRating(tx, { person, book, stars, at: home.now() }, RATINGS_LIMIT),
      )
    return answer({})
  }
}

/** `GET /v1/user/reviews?ProductIds=`: the stars that the person gave to these books; there are no words with them. */
export function reviews(home: Home): KoboHandler {
  return async (c) => {
    const { person } = c.var.pairing
    const asked = (c.req.query('ProductIds') ?? '').split(',').filter(Boolean).slice(0, IDS_LIMIT)
    const books = await Promise.all(asked.map((id) => ratedBook(home, id)))
    const ratings = await ratingsOf(home.db.read, person, books)
    const given = asked.flatMap((id, n) => {
      const rating = ratings.get(books[n] ?? '')
      return rating ? [encodeReview(rating, entitlementId(id))] : []
    })
    return answer({ Items: given, TotalPageCount: 1, CurrentPageIndex: 1 })
  }
}

/** The id under which the stars of a book are kept; '' for what is no id. */
async function ratedBook(home: Home, id: string): Promise<string> {
  const content = entitlementId(id)
  if (content.length > ID_LENGTH) return ''
  return (await findBook(home.db.read, id))?.id ?? content
}

const REVIEW_NAMESPACE = 'c4b3a7e2-53f0-4d21-9a1e-7f0d1f6a2b90'

function encodeReview({ person, book, stars, at }: Rating, product: string): object {
  const id = uuid5(REVIEW_NAMESPACE, `${person} ${book}`)
  return {
    Id: id,
    RevisionId: product,
    ProductId: product,
    CrossRevisionId: product,
    PublicationId: product,
    Title: '',
    Body: '',
    AuthorDisplayName: '',
    Rating: stars,
    CreationDate: formatTimestamp(at),
    Likes: 0,
    Dislikes: 0,
  }
}
