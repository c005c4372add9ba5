import { sql, type SelectQueryBuilder } from 'kysely'
import type { Book } from '../../catalogue/book.ts'
import { booksByIds } from '../../catalogue/catalogue.store.ts'
import type { Db, Schema } from '../../db/schema.ts'
import { Problem } from '../../problem.ts'
import { readPlace, writePlace } from '../../sync/place.ts'
import type { Filter, Order } from './choices.ts'

/** Which part of the library somebody looks at. */
export type Asked = {
  person: string
  filter: Filter
  order: Order
  limit: number
  /** The place that the part before ended at. */
  after?: string | undefined
}

/**
 * A part of the library in the order of its titles or of its coming. What comes or goes meanwhile moves nothing: the next part begins
 * behind the last book of this one, wherever that is by then. Throws `Problem('invalid')` for what is no place.
 */
export async function libraryPart(
  db: Db,
  asked: Asked,
): Promise<{ books: Book[]; next: string | null }> {
  const { limit, order } = asked
  const query = within(db, asked)
  const rows = await (
    order === 'title' ? byTitle(query, asked.after) : byArrival(query, asked.after)
  )
    .select(['id', 'sort_title', 'added_at'])
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const books = await booksByIds(
    db,
    shown.map(({ id }) => id),
  )
  const place = last && (order === 'title' ? titlePlace(last) : `${last.added_at}:${last.id}`)
  return {
    books: shown.flatMap(({ id }) => books.get(id) ?? []),
    next: rows.length > limit && place !== undefined ? place : null,
  }
}

/** How many books the library has, deleted ones not counted. */
export async function countLibrary(db: Db): Promise<number> {
  const row = await db
    .selectFrom('book')
    .where('deleted_at', 'is', null)
    .select((part) => part.fn.countAll<number | string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

type Query = SelectQueryBuilder<Schema, 'book', object>

function within(db: Db, { filter, person }: Asked): Query {
  const all = db
    .selectFrom('book')
    .where('deleted_at', filter === 'deleted' ? 'is not' : 'is', null)
  const read = (...statuses: string[]) =>
    db
      .selectFrom('reading_state')
      .select('reading_state.book')
      .where('reading_state.person', '=', person)
      .where(sql<string>`json_extract(reading_state.status, '$.status')`, 'in', statuses)
  switch (filter) {
    case 'all':
    case 'deleted':
      return all
    // Few: to begin with them is best. Of many, those of one page are best looked at as the list comes to them.
    case 'reading':
      return all.where('book.id', 'in', read('Reading'))
    case 'finished':
      return all.where((is) =>
        is.exists(read('Finished').where(sql<boolean>`reading_state.book = book.id`)),
      )
    case 'unread':
      return all.where((is) =>
        is.not(
          is.exists(read('Reading', 'Finished').where(sql<boolean>`reading_state.book = book.id`)),
        ),
      )
    case 'unshelved':
      return all.where((is) =>
        is.not(
          is.exists(
            is
              .selectFrom('shelf_book')
              .innerJoin('shelf', 'shelf.id', 'shelf_book.shelf')
              .select('shelf_book.book')
              .whereRef('shelf_book.book', '=', 'book.id')
              .where('shelf.person', '=', person),
          ),
        ),
      )
    default:
      return filter satisfies never
  }
}

function byTitle(query: Query, after: string | undefined): Query {
  const place = after === undefined ? undefined : readPlace(after)
  return query
    .$if(place !== undefined, (rest) =>
      rest.where(sql<boolean>`(sort_title, id) > (${place?.sortTitle ?? ''}, ${place?.id ?? ''})`),
    )
    .orderBy('sort_title')
    .orderBy('id')
}

function byArrival(query: Query, after: string | undefined): Query {
  const place = after === undefined ? undefined : arrivalPlace(after)
  return query
    .$if(place !== undefined, (rest) =>
      rest
        .where('added_at', '<=', place?.at ?? 0)
        .where((or) =>
          or.or([or('added_at', '<', place?.at ?? 0), or('id', '>', place?.id ?? '')]),
        ),
    )
    .orderBy('added_at', 'desc')
    .orderBy('id')
}

function titlePlace({ sort_title, id }: { sort_title: string; id: string }): string {
  return writePlace({ sortTitle: sort_title, id })
}

function arrivalPlace(text: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,15}):([\w-]{1,64})$/.exec(text) ?? []
  if (at === undefined || id === undefined)
    throw new Problem('invalid', 'That is not a place in this list.')
  return { at: Number(at), id }
}
