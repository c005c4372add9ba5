import { z } from 'zod'

/** A whole number as it stands in a device's database, where it is one. */
const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

/** One book of ours in a device's database. */
const ReadBook = z.strictObject({
  id: z.string().max(64),
  /** `there`: in its library. `removed`: a row says that it was removed. `none`: no row, though something else names it. */
  row: z.enum(['there', 'removed', 'none']),
  /** The row says that the file is there. */
  downloaded: z.boolean(),
  /** Bytes of the file as the row says them; null when it does not. */
  size: Count.nullable(),
  /** How far it was read, 0–100, and whether to its end. */
  percent: z.number().min(0).max(100).nullable(),
  finished: z.boolean(),
  /** Highlights, notes and marks of a stylus in it that were not deleted; and of these, marks of a stylus. */
  highlights: Count,
  markup: Count,
  /** Sideloaded books with the same title and authors. */
  doubles: Count,
})

/**
 * What was read of a device's own database: our ids and counts, and nothing else of it. The same whether it was read here or by a
 * browser.
 */
export const Reading = z.strictObject({
  books: z.array(ReadBook).max(200_000),
  /** Books in its library that are not of this server. */
  foreign: Count,
  /** The database is damaged: what could be read of it was read, and a book that is not named may be in the rest. */
  salvaged: z.boolean(),
  /** Every highlight could be counted. */
  marks: z.boolean(),
  /** The token of its next library sync, where that may be one of ours. */
  token: z.string().max(400).nullable(),
})

/** What a browser read of one holds at most, in bytes, as JSON. */
export const READING_LIMIT = 32 * 1024 * 1024

export type Reading = z.infer<typeof Reading>
export type ReadBook = Reading['books'][number]

/** The folder of book files of a device: the name of each file, which is its book's id, and its bytes. */
export const Listing = z.array(z.object({ name: z.string().max(1000), size: Count })).max(200_000)

export type Listing = z.infer<typeof Listing>

/** When a database was copied, epoch ms. */
export const TakenAt = z.number().int().min(0)

/** What somebody else read of a device: of its database, and where the drive was there, its files and firmware. */
export const ReadSnapshot = Reading.extend({
  kepub: Listing.nullable().default(null),
  takenAt: TakenAt.optional(),
  firmware: z.string().max(40).nullable().default(null),
})

export type ReadSnapshot = z.infer<typeof ReadSnapshot>
