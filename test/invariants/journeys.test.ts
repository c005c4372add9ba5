import { describe, expect, test } from 'vitest'
import { auditArrives } from './arrivals.ts'
import { NO_FAULTS } from './faults.ts'
import { DAY, MINUTE } from './house.ts'
import { mutant, type Edit } from './mutant.ts'
import { PRODUCT } from './rules.ts'
import { once, world, type World } from './story.ts'

/** A device with books that it downloaded and one, `a`, that it did not, come to rest. */
function settled(w: World): void {
  w.shelve('a', 'b', 'c')
  for (let n = 0; n < 4; n++) w.sync()
}

const stories: {
  story: string
  tell: (world: World) => unknown
  ends: unknown
  without: { edits: Edit[]; ends: unknown }
}[] = [
  {
    story: 'a place reached before the file came again is not the one that the file shows',
    tell(w) {
      w.shelve('a')
      w.sync()
      w.sync()
      w.read('a')
      w.ledger.house.pass(10 * MINUTE)
      w.kobo.download(w.ledger, 'a', NO_FAULTS)
      for (let n = 0; n < 3; n++) w.sync()
      return w.kobo.rows.get('a')?.place === w.ledger.house.placeOf('a').content
    },
    ends: true,
    without: {
      edits: [
        { file: 'fold.ts', from: 'isOfThisFile(entry, stay) ? entry.rev : null', to: 'entry.rev' },
      ],
      ends: false,
    },
  },
  {
    story:
      'a page turned before a removal, by a clock that is far ahead, does not bring the book back',
    tell(w) {
      w.shelve('a')
      w.sync()
      w.sync()
      w.kobo.ahead = 3000 * DAY
      w.ledger.house.unshelve('a')
      w.sync(once('crash'), () => w.read('a'))
      w.ledger.house.shelve('a')
      w.ledger.opener()
      w.ledger.house.pass(2 * MINUTE)
      for (let n = 0; n < 6; n++) w.sync()
      return w.books()
    },
    ends: 'a',
    without: {
      edits: [
        {
          file: 'stay.ts',
          from: 'if (report.instant > report.at + SLACK) return null',
          to: '',
        },
      ],
      ends: '',
    },
  },
  {
    story: 'nor does one by a clock that is ahead by less than a minute',
    tell(w) {
      w.shelve('a')
      w.sync()
      w.sync()
      w.kobo.ahead = 50_000
      w.ledger.house.unshelve('a')
      w.sync(once('crash'), () => w.read('a'))
      w.ledger.house.shelve('a')
      w.ledger.opener()
      for (let n = 0; n < 6; n++) w.sync()
      return w.books()
    },
    ends: 'a',
    without: {
      edits: [
        {
          file: 'stay.ts',
          from: 'Math.min(report.instant, report.at) - SLACK',
          to: 'Math.min(report.instant, report.at)',
        },
      ],
      ends: '',
    },
  },
  {
    story: 'a download after a removal that was not applied shows that the file may be there',
    tell(w) {
      w.shelve('a', 'b', 'c')
      w.sync()
      w.sync()
      w.ledger.house.unshelve('a')
      w.sync(once('reply'))
      w.kobo.download(w.ledger, 'a', NO_FAULTS)
      w.ledger.house.shelve('a')
      for (let n = 0; n < 5; n++) w.sync()
      return w.kobo.flips
    },
    ends: [],
    without: {
      edits: [
        {
          file: 'fold-proof.ts',
          from: "if (what === 'file' && isAboutToGo(stay)) stay.file = true",
          to: '',
        },
      ],
      ends: ['a'],
    },
  },
  {
    story: 'an audit that finds a book does not say which place it shows',
    tell(w) {
      w.shelve('a')
      w.sync()
      w.sync()
      const backup = w.kobo.snapshot()
      w.read('a')
      w.sync()
      w.kobo.restore(backup) // and nothing tells, for no later token ever opened a session
      auditArrives(w.ledger, w.kobo.rows)
      for (let n = 0; n < 3; n++) w.sync()
      return w.kobo.rows.get('a')?.place === w.ledger.house.placeOf('a').content
    },
    ends: true,
    without: {
      edits: [
        {
          file: 'fold-proof.ts',
          from: 'stay.metaRev = null stay.stateRev = null }',
          to: 'stay.metaRev = null }',
        },
      ],
      ends: false,
    },
  },
  {
    story: 'a server that was put back does not know which place a device shows',
    tell(w) {
      w.shelve('a')
      w.sync()
      w.sync()
      w.ledger.house.readElsewhere('a')
      w.sync()
      w.sync()
      const putBack = w.ledger.house.backup()
      w.ledger.house.readElsewhere('a')
      w.sync()
      w.sync()
      putBack()
      w.ledger.house.renew()
      w.ledger.fact('a', { kind: 'listed' })
      for (let n = 0; n < 4; n++) w.sync()
      return w.kobo.rows.get('a')?.place === w.ledger.house.placeOf('a').content
    },
    ends: true,
    without: {
      edits: [
        {
          file: 'journeys.ts',
          from: 'stay.stateRev = null stay.listed = false',
          to: 'stay.listed = false',
        },
      ],
      ends: true,
    },
  },
  {
    story:
      'a device that was put back shows the place of that day, and is told where its reader is',
    tell(w) {
      w.shelve('a')
      w.sync()
      w.sync()
      const backup = w.kobo.snapshot()
      w.read('a')
      w.sync()
      w.shelve('b')
      w.sync()
      w.sync()
      w.kobo.restore(backup)
      for (let n = 0; n < 4; n++) w.sync()
      return w.kobo.rows.get('a')?.place === w.ledger.house.placeOf('a').content
    },
    ends: true,
    without: {
      edits: [{ file: 'journeys.ts', from: 'if (wasFilled) stay.stateRev = null', to: '' }],
      ends: false,
    },
  },
  {
    story: 'a download between the page that a backup remembers and the backup is still there',
    tell(w) {
      settled(w)
      w.shelve('d', 'e', 'f')
      w.sync(once('unstored', 2))
      w.kobo.download(w.ledger, 'a', NO_FAULTS)
      const backup = w.kobo.snapshot()
      w.shelve('g')
      for (let n = 0; n < 4; n++) w.sync()
      w.kobo.restore(backup)
      w.sync()
      w.loseToken()
      for (let n = 0; n < 3; n++) w.sync()
      return w.kobo.flips
    },
    ends: [],
    without: {
      edits: [
        {
          file: 'journeys.ts',
          from: "if (wasFilled && stay.state !== 'none') stay.file = true",
          to: '',
        },
      ],
      ends: ['a'],
    },
  },
  {
    story:
      'a server that was put back has forgotten what it was told: on a device that is put back after it any file may be there',
    tell(w) {
      const putBack = w.ledger.house.backup()
      w.shelve('a')
      w.sync()
      w.sync()
      const backup = w.kobo.snapshot()
      putBack()
      w.ledger.house.renew()
      w.sync() // the removal of what this past never shelved
      w.shelve('b')
      for (let n = 0; n < 3; n++) w.sync()
      w.shelve('a')
      w.kobo.restore(backup)
      for (let n = 0; n < 3; n++) w.sync()
      return w.kobo.flips
    },
    ends: [],
    without: {
      edits: [
        {
          file: 'journeys.ts',
          from: "isFileProof(entry) || entry.kind === 'rolled-back'",
          to: 'isFileProof(entry)',
        },
      ],
      ends: ['a'],
    },
  },
  {
    story: 'a device that is put back to a day of a past that was given up is asked about again',
    tell(w) {
      const putBack = w.ledger.house.backup()
      w.shelve('b')
      w.sync()
      w.sync()
      const backup = w.kobo.snapshot()
      w.shelve('a')
      w.sync()
      w.sync()
      putBack()
      w.ledger.house.renew()
      w.shelve('a', 'b')
      w.read('a', 10 * MINUTE)
      w.sync()
      w.sync()
      w.shelve('c')
      for (let n = 0; n < 3; n++) w.sync()
      w.kobo.restore(backup)
      w.sync()
      return w.ledger.holding('a').why
    },
    ends: 'rolled-back',
    without: {
      edits: [
        {
          file: 'backup.ts',
          from: '|| (!token.isKnown && past.wasHeardSince)',
          to: '',
        },
      ],
      ends: null,
    },
  },
]

describe('journeys of devices and servers back in time, told with a rule and without', () => {
  test.each(stories)('$story', async ({ tell, ends, without }) => {
    expect(tell(world(PRODUCT, 'nothing'))).toEqual(ends)
    expect(tell(world(await mutant(without.edits), 'nothing'))).toEqual(without.ends)
  })
})
