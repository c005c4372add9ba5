import { describe, expect, test } from 'vitest'
import { NO_FAULTS } from './faults.ts'
import { TOKEN_MODES } from './harsh-kobo.ts'
import { MINUTE } from './house.ts'
import { live } from './life.ts'
import { mutant, type Edit } from './mutant.ts'
import { PRODUCT, type Keeping } from './rules.ts'
import { once, onceCall, world, type World } from './story.ts'

/** Lives per token mode; `bin/bench lives` lives 20,000. */
const LIVES = 600

describe('a device that lives through any mixture of faults', () => {
  test.each(TOKEN_MODES)('ends with exactly what it should hold (token mode: %s)', (mode) => {
    const failed: string[] = []
    for (let seed = 1; seed <= LIVES; seed++) {
      const broken = live(seed, mode, PRODUCT)
      if (broken.length) failed.push(`#${seed}: ${broken.join(', ')}`)
    }
    expect(failed).toEqual([])
  })
})

describe('the lives notice when a rule is taken away', () => {
  const mutants: { rule: string; edits: Edit[]; keeping?: Partial<Keeping>; lives: number }[] = [
    {
      rule: 'a page counts when its token comes back, not when it was sent',
      edits: [
        {
          file: 'replay.ts',
          from: 'const acknowledged = chain.has(entry.page)',
          to: 'const acknowledged = true',
        },
      ],
      lives: 60,
    },
    {
      rule: 'a book whose file may be there is not announced as new',
      edits: [
        {
          file: 'plan.ts',
          from: "(holding.state !== 'held' && !holding.file)",
          to: "holding.state !== 'held'",
        },
      ],
      lives: 60,
    },
    {
      rule: 'metadata that was not acknowledged is sent again',
      edits: [
        {
          file: 'fold-operation.ts',
          from: 'stay.metaRev = acknowledged ? operation.metaRev : null',
          to: 'stay.metaRev = operation.metaRev',
        },
      ],
      lives: 400,
    },
    {
      rule: 'a place is sent once more after a download',
      edits: [
        {
          file: 'fold.ts',
          from: 'stay.stateRev = null // the device computes a place of its own when the bytes arrive',
          to: '',
        },
      ],
      lives: 60,
    },
    {
      rule: 'a session has a budget',
      edits: [
        {
          file: 'page.ts',
          from: 'sent < budget && !limits.onePage && !isStuck(session)',
          to: 'session.pages >= 0',
        },
      ],
      lives: 60,
    },
    {
      rule: 'an offered removal leaves the book unsure',
      edits: [
        {
          file: 'fold-operation.ts',
          from: "else if (stay.state !== 'none') doubt(stay, 'removal', entry, entry.settled ?? 'open')",
          to: '',
        },
      ],
      lives: 900,
    },
    {
      rule: 'a removal that stays unsettled is finished',
      edits: [
        {
          file: 'plan.ts',
          from: 'completesSinceDoubt >= SYNCS_UNTIL_FINISHED',
          to: 'completesSinceDoubt < 0',
        },
      ],
      lives: 900,
    },
    {
      rule: 'pages that were left behind stay in the log',
      edits: [],
      keeping: { abandonedPages: false },
      lives: 900,
    },
  ]
  test.each(mutants)('$rule', async ({ edits, keeping, lives }) => {
    const rules = await mutant(edits, keeping)
    const seeds = Array.from({ length: lives }, (_, index) => index + 1)
    expect(
      seeds.some((seed) => TOKEN_MODES.some((mode) => live(seed, mode, rules).length > 0)),
    ).toBe(true)
  })
})

describe('stories of rare rules, told with the rule and without', () => {
  const stories: {
    story: string
    tell: (world: World) => unknown
    ends: unknown
    without: { edits: Edit[]; keeping?: Partial<Keeping>; ends: unknown }
  }[] = [
    {
      story:
        'a DELETE whose answer was lost comes again after the owner shelved the book anew, and changes nothing',
      tell(w) {
        w.shelve('a', 'b')
        w.sync()
        w.sync()
        w.kobo.remove('a', 1)
        w.sync(onceCall())
        w.ledger.house.unshelve('a')
        w.shelve('a')
        for (let n = 0; n < 4; n++) w.sync()
        return w.books()
      },
      ends: 'a b',
      without: { edits: [], keeping: { repeatedDelete: false }, ends: 'b' },
    },
    {
      story: 'signing out starts the lists anew: a book that is not named then is not thereby gone',
      tell(w) {
        w.shelve('a', 'b', 'c')
        for (let n = 0; n < 3; n++) w.sync()
        w.kobo.download(w.ledger, 'c', NO_FAULTS)
        w.kobo.download(w.ledger, 'a', NO_FAULTS)
        w.sync()
        w.ledger.house.unshelve('a')
        w.sync(once('reply'))
        w.shelve('a')
        w.kobo.signOut(w.ledger, 'b', 'c')
        for (let n = 0; n < 5; n++) w.sync()
        return w.kobo.flips
      },
      ends: [],
      without: {
        edits: [
          {
            file: 'fold.ts',
            from: "case 'activation': stay.listed = false return",
            to: "case 'activation': return",
          },
        ],
        ends: ['a'],
      },
    },
    {
      story: 'a device that lost its token gets one although it has every book already',
      tell(w) {
        w.shelve('a', 'b')
        for (let n = 0; n < 3; n++) w.sync()
        w.loseToken()
        w.kobo.storesOnEmpty = false
        for (let n = 0; n < 3; n++) w.sync()
        return w.kobo.token !== null
      },
      ends: true,
      without: {
        edits: [{ file: 'plan.ts', from: 'return pair && {', to: 'return undefined && pair && {' }],
        ends: false,
      },
    },
    {
      story:
        'a device that stopped in the middle of a book, and fetched it, is told what it displays',
      tell(w) {
        w.shelve('a')
        w.sync(once('half'))
        w.kobo.download(w.ledger, 'a', NO_FAULTS)
        w.shelve('b')
        for (let n = 0; n < 3; n++) w.sync()
        return w.kobo.rows.get('a')?.meta === w.ledger.house.metaOf('a').content
      },
      ends: true,
      without: {
        edits: [
          {
            file: 'fold-operation.ts',
            from: "const isWhole = entry.taken || stay.state === 'held'",
            to: 'const isWhole = true',
          },
        ],
        ends: false,
      },
    },
    {
      story: 'what a device displays is still known when it lost its token',
      tell(w) {
        w.shelve('a', 'b')
        for (let n = 0; n < 3; n++) w.sync()
        w.loseToken()
        w.sync()
        return w.ledger.pairs().filter(({ holding }) => holding.metaRev === 1).length
      },
      ends: 1,
      without: {
        edits: [
          {
            file: 'fold-operation.ts',
            from: "const isWhole = entry.taken || stay.state === 'held'",
            to: "const isWhole = stay.state === 'held'",
          },
        ],
        ends: 0,
      },
    },
    {
      story: 'pages turned before a removal was applied do not show that the book is still there',
      tell(w) {
        w.shelve('a')
        w.sync()
        w.sync()
        w.ledger.house.unshelve('a')
        w.sync(once('crash'), () => w.read('a', 2 * MINUTE))
        w.shelve('a')
        for (let n = 0; n < 6; n++) w.sync()
        return w.books()
      },
      ends: 'a',
      without: {
        edits: [{ file: 'replay.ts', from: ": entry.kind === 'session'", to: ': entry.seq > 0' }],
        ends: '',
      },
    },
    {
      story: 'a place reached before the book was lost does not spend the leave to send it again',
      tell(w) {
        w.shelve('a')
        w.sync()
        w.sync()
        w.ledger.fact('a', { kind: 'consent' })
        w.read('a', 2 * MINUTE)
        w.kobo.rows.delete('a')
        for (let n = 0; n < 4; n++) w.sync()
        return w.books()
      },
      ends: 'a',
      without: {
        edits: [
          {
            file: 'fold-proof.ts',
            from: 'if (stay.consent) return // the old file neither spends nor blocks a consent',
            to: 'stay.consent = null',
          },
        ],
        ends: '',
      },
    },
    {
      story: 'a book that was to be sent again and was then unshelved is removed',
      tell(w) {
        w.shelve('a')
        w.sync()
        w.sync()
        w.ledger.fact('a', { kind: 'consent' })
        w.ledger.house.unshelve('a')
        for (let n = 0; n < 4; n++) w.sync()
        return w.books()
      },
      ends: '',
      without: {
        edits: [
          {
            file: 'fold-wish.ts',
            from: "else doubt(stay, 'consent', wish, wish)",
            to: 'else endStay(stay, wish)',
          },
        ],
        ends: 'a',
      },
    },
    {
      story: 'a reset device without a token is offered again what it never fetched',
      tell(w) {
        w.shelve('a', 'b', 'c')
        for (let n = 0; n < 3; n++) w.sync()
        w.kobo.rows.clear()
        w.kobo.drive.token = null
        for (let n = 0; n < 3; n++) w.sync()
        return w.kobo.rows.has('a')
      },
      ends: true,
      without: {
        edits: [
          {
            file: 'fold.ts',
            from: "if (stay.state === 'held' && !stay.file) stay.state = 'offered'",
            to: '',
          },
        ],
        ends: false,
      },
    },
  ]
  test.each(stories)('$story', async ({ tell, ends, without }) => {
    expect(tell(world(PRODUCT))).toEqual(ends)
    expect(tell(world(await mutant(without.edits, without.keeping)))).toEqual(without.ends)
  })
})
