import { describe, expect, test } from 'vitest'
import { TOKEN_MODES } from './harsh-kobo.ts'
import { live } from './life.ts'
import { MATRIX_NAMES, type Matrix } from './matrices.ts'
import { mutant, type Edit } from './mutant.ts'
import { PRODUCT } from './rules.ts'

/** Lives per matrix and token mode; `bin/bench lives` lives 20,000. */
const LIVES = 80
const LIVES_OF_EVERYTHING = 200

const runs = MATRIX_NAMES.filter((matrix) => matrix !== 'plain').flatMap((matrix) =>
  TOKEN_MODES.map((mode) => ({
    matrix,
    mode,
    lives: matrix === 'everything' ? LIVES_OF_EVERYTHING : LIVES,
  })),
)

describe('whatever befalls a device, its server and its owner', () => {
  test.each(runs)(
    'it ends with exactly what it should hold ($matrix, token mode: $mode)',
    ({ matrix, mode, lives }) => {
      const failed: string[] = []
      for (let seed = 1; seed <= lives; seed++) {
        const broken = live(seed, mode, PRODUCT, matrix)
        if (broken.length > 0) failed.push(`#${seed}: ${broken.join(', ')}`)
      }
      expect(failed).toEqual([])
    },
  )
})

/** Lives that showed something which was mended, in the rules or in what was asked of them. */
const LIVED = [
  [
    12_221,
    'page',
    'rollback',
    'an older place came again after the server had forgotten a later one',
  ],

  [14_586, 'page', 'restore', 'a backup of the device held a file that was replaced since'],
] as const

test.each(LIVED)('life %i of token mode %s in the matrix %s holds: %s', (seed, mode, matrix) => {
  expect(live(seed, mode, PRODUCT, matrix)).toEqual([])
})

describe('the matrices notice when a rule is taken away', () => {
  const mutants: { rule: string; matrix: Matrix; edits: Edit[]; lives: number }[] = [
    {
      rule: 'a page older than one that opened a session shows that the device was put back, and no other does',
      matrix: 'restore',
      edits: [
        {
          file: 'backup.ts',
          from: 'if (!later.some((each) => each.opened)) return undefined',
          to: 'if (later.length >= 0) return undefined',
        },
      ],
      lives: 60,
    },
    {
      rule: 'of a server that was put back nothing is known of any file',
      matrix: 'rollback',
      edits: [
        {
          file: 'journeys.ts',
          from: 'stay.file = true stay.metaRev = null',
          to: 'stay.file = false; stay.metaRev = null',
        },
      ],
      lives: 60,
    },
    {
      rule: 'an epoch begins where its cause lies',
      matrix: 'amnesia',
      edits: [
        {
          file: 'fold.ts',
          from: 'if (epoch.from !== entry.seq) continue',
          to: 'if (entry.seq !== epoch.seq) continue',
        },
      ],
      lives: 90,
    },
    {
      rule: 'without a sign of emptiness its person is asked',
      matrix: 'amnesia',
      edits: [{ file: 'amnesia.ts', from: '&& asksForCoversAgain(log, session, from)', to: '' }],
      lives: 60,
    },
    {
      rule: 'what is announced anew says nothing of what was there',
      matrix: 'amnesia',
      edits: [{ file: 'amnesia.ts', from: '!anew.has(entry.book) &&', to: '' }],
      lives: 400,
    },
  ]
  test.each(mutants)('$rule', async ({ matrix, edits, lives }) => {
    const rules = await mutant(edits)
    const seeds = Array.from({ length: lives }, (_, index) => index + 1)
    expect(seeds.some((seed) => live(seed, 'page', rules, matrix).length > 0)).toBe(true)
  })
})
