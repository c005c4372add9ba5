import { describe, expect, test } from 'vitest'
import { auditArrives } from './arrivals.ts'
import { DAY } from './house.ts'
import { mutant, type Edit } from './mutant.ts'
import { PRODUCT } from './rules.ts'
import { world, type World } from './story.ts'

/** A device with two books that it downloaded and one, `a`, that it did not, come to rest. */
function settle(w: World): void {
  w.shelve('a', 'b', 'c')
  for (let n = 0; n < 4; n++) w.sync()
}

function tellBeforehand(w: World): void {
  w.ledger.add({ kind: 'answered', from: null, library: 'kept' })
}

function questions(w: World): number {
  w.ledger.sessionOver()
  return w.ledger.questions.length
}

const stories: {
  story: string
  tell: (world: World) => unknown
  ends: unknown
  without: { edits: Edit[]; ends: unknown }
}[] = [
  {
    story: 'a token that is lost after an audit is another question than one before it',
    tell(w) {
      settle(w)
      w.loseToken()
      w.sync({ sync: () => 'reply', call: () => null, write: () => null })
      auditArrives(w.ledger, w.kobo.rows)
      const audited = w.ledger.log.length
      w.reset(false)
      w.sync()
      w.ledger.sessionOver()
      return w.ledger.questions.map((from) => from > audited)
    },
    ends: [false, true],
    without: {
      edits: [{ file: 'amnesia.ts', from: "entry.kind === 'audited' ||", to: '' }],
      ends: [false],
    },
  },
  {
    story:
      'that the library is kept, as its person said beforehand, holds for the next session only',
    tell(w) {
      settle(w)
      tellBeforehand(w)
      w.loseToken()
      w.sync({ sync: () => 'reply', call: () => null, write: () => null })
      const first = questions(w)
      w.reset(false)
      w.sync()
      return [first, questions(w)]
    },
    ends: [0, 1],
    without: {
      edits: [
        {
          file: 'amnesia.ts',
          from: "(entry) => entry.kind === 'session' && entry.seq > told.seq && entry.seq < session,",
          to: '() => false',
        },
      ],
      ends: [0, 0],
    },
  },
  {
    story: 'and for a day',
    tell(w) {
      settle(w)
      tellBeforehand(w)
      w.ledger.house.pass(2 * DAY)
      w.reset(false)
      w.sync()
      return questions(w)
    },
    ends: 1,
    without: {
      edits: [{ file: 'amnesia.ts', from: 'asked.at - told.at > HOLDS', to: 'asked.at < told.at' }],
      ends: 0,
    },
  },
  {
    story: 'a device that was given nothing since it came without a token is not asked about anew',
    tell(w) {
      settle(w)
      for (const book of ['a', 'b', 'c']) w.ledger.house.unshelve(book)
      w.ledger.house.renew()
      auditArrives(w.ledger, new Map())
      const asked: number[] = []
      for (let n = 0; n < 3; n++) {
        w.loseToken()
        w.sync()
        asked.push(questions(w))
        w.ledger.add({ kind: 'answered', from: w.ledger.questions[0] ?? 0, library: 'kept' })
        w.ledger.closeQuestions()
      }
      return asked
    },
    ends: [1, 0, 0],
    without: {
      edits: [{ file: 'amnesia.ts', from: 'neverGotAToken(log, from) ||', to: '' }],
      ends: [1, 1, 1],
    },
  },
  {
    story:
      'the cover of a book that is told anew may be another one, and its being asked for says nothing',
    tell(w) {
      settle(w)
      w.ledger.house.edit('a')
      w.signOut()
      for (let n = 0; n < 3; n++) w.sync()
      return w.kobo.flips
    },
    ends: [],
    without: {
      edits: [{ file: 'amnesia.ts', from: '!wasChanged(log, entry.book) &&', to: '' }],
      ends: ['c', 'b'],
    },
  },
  {
    story: 'nor does a cover that a device had before it was reset',
    tell(w) {
      settle(w)
      w.reset()
      // It is set up again, but the cover is not asked for before it is signed out.
      w.sync({ sync: () => null, call: () => 'lost', write: () => null })
      w.ledger.sessionOver()
      for (const from of w.ledger.questions) w.ledger.epoch(from)
      w.kobo.drive.covers = new Set(['b', 'c'])
      w.sync({ ...QUIET, call: () => 'lost' })
      for (const book of ['b', 'c']) w.kobo.download(w.ledger, book, QUIET)
      w.signOut()
      for (let n = 0; n < 3; n++) w.sync()
      return w.kobo.flips
    },
    ends: [],
    without: {
      edits: [
        {
          file: 'amnesia.ts',
          from: 'entry.seq > turn && entry.seq < from',
          to: 'entry.seq < from',
        },
      ],
      ends: ['c', 'b'],
    },
  },
]

const QUIET = { sync: () => null, call: () => null, write: () => null }

describe('what becomes of a library when its token is lost, told with a rule and without', () => {
  test.each(stories)('$story', async ({ tell, ends, without }) => {
    expect(tell(world(PRODUCT, 'nothing'))).toEqual(ends)
    expect(tell(world(await mutant(without.edits), 'nothing'))).toEqual(without.ends)
  })
})
