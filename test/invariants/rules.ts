import * as merge from '../../src/reading/merge.ts'
import * as amnesia from '../../src/sync/amnesia.ts'
import * as backup from '../../src/sync/backup.ts'
import * as page from '../../src/sync/page.ts'
import * as plan from '../../src/sync/plan.ts'
import * as readDelete from '../../src/sync/read-delete.ts'
import * as replay from '../../src/sync/replay.ts'

/** The decisions of the ledger that a life is lived by: those of the product, or a mutant of them. */
export type Rules = Pick<typeof replay, 'replay' | 'unnamed' | 'newestReturn'> &
  Pick<typeof plan, 'plan' | 'carrier' | 'isInQuestion'> &
  Pick<typeof page, 'cutPage' | 'heard' | 'isStuck'> &
  Pick<typeof amnesia, 'judgeAmnesia'> &
  typeof readDelete &
  Pick<typeof merge, 'compareMoments'> &
  Pick<typeof backup, 'comesFromBackup' | 'remembersOtherPast'> & {
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
  ...replay,
  ...plan,
  ...page,
  ...amnesia,
  ...backup,
  ...readDelete,
  ...merge,
  keeping: { repeatedDelete: true, abandonedPages: true },
}
