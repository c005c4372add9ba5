import * as page from '../../src/sync/page.ts'
import * as plan from '../../src/sync/plan.ts'
import * as replay from '../../src/sync/replay.ts'

/** The decisions of the ledger that a life is lived by: those of the product, or a mutant of them. */
export type Rules = {
  replay: typeof replay.replay
  unnamed: typeof replay.unnamed
  plan: typeof plan.plan
  carrier: typeof plan.carrier
  cutPage: typeof page.cutPage
  heard: typeof page.heard
  isStuck: typeof page.isStuck
  /** How the book-keeping around the decisions works; the product's way is all true. */
  keeping: Keeping
}

export type Keeping = {
  /** A DELETE that comes again changes nothing. */
  repeatedDelete: boolean
  /** Operations of abandoned pages stay in the log. */
  abandonedPages: boolean
}

/** The rules of the product. */
export const PRODUCT: Rules = {
  replay: replay.replay,
  unnamed: replay.unnamed,
  plan: plan.plan,
  carrier: plan.carrier,
  cutPage: page.cutPage,
  heard: page.heard,
  isStuck: page.isStuck,
  keeping: { repeatedDelete: true, abandonedPages: true },
}
