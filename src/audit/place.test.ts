import { describe, expect, test } from 'vitest'
import { placeOf, type Clues } from './place.ts'

const last = { seq: 90, at: 90_000 }

/** Its token names the page at 10; the next session began after the entry at 20, and the next page was issued at 50. */
const PAGE: Clues['page'] = {
  seq: 10,
  at: 10_000,
  sessionEnds: { seq: 20, at: 20_000 },
  nextPage: { seq: 50, at: 50_000 },
  returns: [],
  following: { seq: 50, at: 50_000 },
}

/** The same; but the device returned it at 60 and 65, and took no page before that at 70. */
const RETURNED: Clues['page'] = { ...PAGE, returns: [60, 65], following: { seq: 70, at: 70_000 } }

const taken = (seq: number): Clues['taken'] => ({ seq, at: seq * 1000 })

describe('the place of a copy in the log', () => {
  test.each([
    ['is nowhere when nothing tells', { page: null, taken: null }, null],
    [
      'is its day where it names no page',
      { page: null, taken: taken(30) },
      { seq: 30, at: 30_000, page: 30, sure: 30 },
    ],
    [
      'is the end of the session of its page where nobody says the day',
      { page: PAGE, taken: null },
      { seq: 20, at: 20_000, page: 10, sure: 20 },
    ],
    [
      'is its day, when that lies before the next page',
      { page: PAGE, taken: taken(30) },
      { seq: 30, at: 30_000, page: 10, sure: 20 },
    ],
    [
      'is no later than the next page, whatever day is said',
      { page: PAGE, taken: taken(80) },
      { seq: 49, at: 50_000, page: 10, sure: 20 },
    ],
    [
      'is no earlier than the session of its page, whatever the clock of the device says',
      { page: PAGE, taken: taken(5) },
      { seq: 20, at: 10_000, page: 10, sure: 20 },
    ],
    [
      'is any day since its page where that is the newest',
      { page: { ...PAGE, nextPage: null, following: null }, taken: taken(80) },
      { seq: 80, at: 80_000, page: 10, sure: 20 },
    ],
    [
      'ends with the next page, also within one session',
      {
        page: { ...PAGE, nextPage: { seq: 15, at: 15_000 }, following: { seq: 15, at: 15_000 } },
        taken: null,
      },
      { seq: 14, at: 20_000, page: 10, sure: 14 },
    ],
    [
      'is any day until a page was issued that it did not leave again',
      { page: RETURNED, taken: taken(80) },
      { seq: 69, at: 70_000, page: 65, sure: 20 },
    ],
    [
      'knows what was sent up to where its page was returned for the last time before its day',
      { page: RETURNED, taken: taken(62) },
      { seq: 62, at: 62_000, page: 60, sure: 20 },
    ],
    [
      'knows nothing of a page that was issued and left again when its day lies before',
      { page: RETURNED, taken: taken(55) },
      { seq: 55, at: 55_000, page: 10, sure: 20 },
    ],
    [
      'is the end of the session of its page, also where that was returned later, when nobody says the day',
      { page: RETURNED, taken: null },
      { seq: 20, at: 20_000, page: 10, sure: 20 },
    ],
  ])('%s', (_, clues, place) => {
    expect(placeOf({ ...clues, last })).toEqual(place)
  })
})
