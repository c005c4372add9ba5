import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { actionsOf, ERRATUM_KINDS, type ErratumKind } from '../../src/errata/erratum.ts'
import { packageRoot } from '../../src/package-root.ts'

/** A test by its file below test/scenarios and its title. */
type Named = [file: string, title: string]

/** Which tests make errata of a kind appear and disappear, and which take each of its actions. */
type Proof = { appears: Named; disappears: Named; actions: Record<string, Named> }

/** The same test shows both. */
function told(file: string, title: string, actions: Record<string, Named> = {}): Proof {
  return { appears: [file, title], disappears: [file, title], actions }
}

const ERRATA = 'errata.test.ts'
const WIRE = 'wire.test.ts'
const DOGS = 'watchdogs.test.ts'
const DOWNLOADS = 'watched-downloads.test.ts'
const REMOVED = 'removed-on-kobo.test.ts'
const SYNC = 'next-sync.test.ts'
const NO_FILE = 'field/no-file.test.ts'
const ANSWERS = 'audit-answers.test.ts'
const RETRIED = 'a failed import is tried again once its file was mended'
const CONVERTED =
  'is a KEPUB for whoever gets it after a retry that succeeds, and stays what it was where it is'
const LET_IN = 'because it was revoked can be let in again from there'
const PUT_BACK =
  'is noticed and asked about: what it lost comes with the answer, what it should not have goes by itself'
const RESET = 'that nothing tells is asked about once; one answer and one sync bring everything'
const LEAVE = 'stay while nobody has said what is to become of many, and leave when they are to'
const HEALED = 'an erratum proposes to heal, does it, and closes'
const OFF = 'leaves the others too, if its person says so'
const OFFERED = 'that fails again and again can be offered anew'

/** A kind without its tests is a mistake of types here, and an action without one a failure below. */
const PROOFS: Record<ErratumKind, Proof> = {
  'import-failed': told(ERRATA, RETRIED, { retry: [ERRATA, RETRIED] }),
  'imports-waiting': told(
    'disks-inbox.test.ts',
    'keeps its drops while the library is read-only, says so in one erratum, and closes it',
  ),
  'preparation-failed': {
    appears: [NO_FILE, 'is not announced, its owner is told, and the other books come'],
    disappears: [
      NO_FILE,
      'arrives as a new book once it can be had, although its shelf was synced long before',
    ],
    actions: {
      retry: [
        NO_FILE,
        'arrives as a new book once it can be had, although its shelf was synced long before',
      ],
    },
  },
  'conversion-failed': told('kepub.test.ts', CONVERTED, { retry: ['kepub.test.ts', CONVERTED] }),
  'foreign-token': told(
    WIRE,
    'to its highlights with a token of ours is told about once, until it does',
  ),
  'retired-address': told(
    WIRE,
    'with an address that was replaced is told about once, until it calls with the new one',
  ),
  'revoked-address': told(WIRE, LET_IN, { restore: [WIRE, LET_IN] }),
  'gone-back-in-time': told('drift-in-time.test.ts', PUT_BACK, {
    'send-again': ['drift-in-time.test.ts', PUT_BACK],
    audit: [
      ANSWERS,
      'a Kobo that was put back to a day of its own gets what it lacks by an audit, and keeps the rest',
    ],
  }),
  amnesia: told('drift.test.ts', RESET, {
    'was-reset': ['drift.test.ts', RESET],
    kept: ['drift.test.ts', '$what turns no book into a placeholder (lists: $list)'],
    audit: [ANSWERS, 'gets with an audit exactly what is missing, and the question is answered'],
  }),
  'mass-removal': told(SYNC, LEAVE, {
    remove: [SYNC, LEAVE],
    keep: [SYNC, 'stay for good when they are to be kept: they stand on their shelf again'],
  }),
  drift: told('audit-classes.test.ts', HEALED, { heal: ['audit-classes.test.ts', HEALED] }),
  'removed-on-kobo': told(REMOVED, OFF, {
    unshelve: [REMOVED, OFF],
    'keep-off': [
      REMOVED,
      'stays off this one alone, if its person says so, and comes back by the shelf only',
    ],
  }),
  'download-failed': told(DOWNLOADS, OFFERED, { 'offer-again': [DOWNLOADS, OFFERED] }),
  'download-cut': told(DOWNLOADS, 'that breaks off is told of, and no more once the book is there'),
  'download-not-begun': told(
    DOWNLOADS,
    'that never begins although the Kobo asked where the file is, is told of until it is there',
  ),
  'token-stuck': told(DOGS, 'that does not take what it is sent is told of, until it does'),
  'services-silent': told(
    DOGS,
    'that syncs and never calls about highlights is told of, until it calls',
  ),
  'book-near-limit': told(DOGS, 'that one book nearly fills is told of, until the book is shorter'),
  'headers-near-limit': told(
    DOGS,
    'whose headers are nearly too long for a proxy is told of, until they were short for a week',
  ),
  'unknown-requests': told(DOGS, 'that asks what nobody knows tells the owner once what is new'),
  'low-disk': told(
    'disks.test.ts',
    'tells its owner of a disk that is nearly full, as long as it is',
  ),
}

describe.each(ERRATUM_KINDS)('an erratum of kind %s', (kind) => {
  const { appears, disappears, actions } = PROOFS[kind]

  test('appears in a test, and disappears in one', () => {
    expect(bodyOf(appears)).toContain('expect(')
    expect(sourceOf(appears)).toContain(kind)
    expect(bodyOf(disappears)).toMatch(/toEqual\((?:\[\]|\{ items: \[\] \}|asked)\)|toBe\(0\)/)
  })

  test('is acted upon in a test, in each way that it proposes', () => {
    expect(Object.keys(actions).sort()).toEqual(actionsOf(kind).sort())
    for (const [action, named] of Object.entries(actions))
      expect(bodyOf(named)).toMatch(new RegExp(`['/]${action}['\`]|actionsOf|auditQuestion`))
  })
})

function sourceOf([file]: Named): string {
  return readFileSync(join(packageRoot(), 'test', 'scenarios', file), 'utf8')
}

/** The source of a test, up to the next one. Fails where there is none of that title. */
function bodyOf(named: Named): string {
  const [file, title] = named
  const source = sourceOf(named)
  const from = source.indexOf(`'${title}'`)
  expect(from, `${file} has a test “${title}”`).toBeGreaterThan(0)
  const end = source.slice(from).search(/\n *(?:test|describe)[(.]/)
  return end < 0 ? source.slice(from) : source.slice(from, from + end)
}
