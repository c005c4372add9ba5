/** Rows or ids in one statement: SQLite binds at most 32,766 values, and no row here has a hundred columns. */
const AT_ONCE = 500

/** All of these in their order, as many at a time as one statement takes; nothing when there are none. */
export function* inChunks<One>(all: readonly One[]): Generator<readonly One[]> {
  for (let start = 0; start < all.length; start += AT_ONCE) yield all.slice(start, start + AT_ONCE)
}
