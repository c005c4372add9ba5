import { isDeepStrictEqual } from 'node:util'
import type { Entry } from '../../src/sync/log.ts'
import { auditArrives } from './arrivals.ts'
import type { HarshKobo } from './harsh-kobo.ts'
import { DAY, MINUTE, type House } from './house.ts'
import { BOOKS, type Exemption, type Lane } from './lane.ts'
import { whatBecameOf } from './honest-owner.ts'
import type { Matrix } from './matrices.ts'
import { MATRICES, type Mishap } from './matrices.ts'
import { pick, type Random } from './random.ts'

type Tell = (line: string) => void
type Backup = { putBack: () => void; pages: Set<string>[]; lengths: number[] }

/** What goes wrong beside the network: devices that forget, people who put backups back, clocks, and machines that take books. */
export class Mishaps {
  private readonly random: Random
  private readonly tell: Tell
  private readonly which: readonly Mishap[]
  private readonly drives = new Map<Lane, ReturnType<HarshKobo['snapshot']>>()
  private readonly audits = new Map<Lane, { rows: HarshKobo['rows']; page: string | undefined }>()
  private backup: (Backup & { keptOff: Set<string>[]; heard: Set<number>[] }) | undefined

  constructor(matrix: Matrix, random: Random, tell: Tell) {
    this.which = MATRICES[matrix]
    this.random = random
    this.tell = tell
  }

  /** Perhaps one of them, in a step of a life. */
  perhaps(lane: Lane, lanes: readonly Lane[], house: House): boolean {
    const mishap = this.random() < 0.15 ? pick(this.random, this.which) : undefined
    switch (mishap) {
      case 'amnesia':
        this.amnesia(lane)
        break
      case 'restore':
        this.restore(lane)
        break
      case 'rollback':
        this.rollBack(lanes, house)
        break
      case 'clocks':
        lane.kobo.ahead = pick(this.random, CLOCKS) ?? 0
        this.tell(`the clock is ahead by ${lane.kobo.ahead / 1000} s`)
        break
      case 'machine':
        this.machine(house)
        break
      case 'sibling':
      case undefined:
        return false
    }
    return true
  }

  /** An audit is taken, or one that was taken is used at last. */
  audit(lane: Lane): void {
    const { ledger, kobo } = lane
    const taken = this.audits.get(lane)
    const page = kobo.token?.split('/')[1]
    if (!taken) {
      this.tell('an audit is taken')
      this.audits.set(lane, { rows: kobo.snapshot().rows, page })
      return
    }
    this.audits.delete(lane)
    // Of what happened since the page that the database names, it does not speak.
    const issued = ledger.pages.get(taken.page ?? '')?.seq
    const since = ledger.log.filter((entry) => entry.seq > (issued ?? 0))
    if (issued === undefined || since.some(({ kind }) => JOURNEYS.has(kind))) return
    const changed = new Set(
      since.flatMap((entry) =>
        entry.kind === 'page'
          ? entry.operations.map(({ book }) => book)
          : 'book' in entry
            ? [entry.book]
            : [],
      ),
    )
    this.tell('the audit is used')
    const books = BOOKS.filter((book) => !changed.has(book) && !lane.exempt.has(book))
    auditArrives(ledger, taken.rows, books)
  }

  private amnesia(lane: Lane): void {
    const { kobo, ledger } = lane
    const x = this.random()
    if (x < 0.25) {
      lane.forgetUnseen()
      kobo.drive.token = this.random() < 0.3 ? 'of the store' : null
      this.tell('token lost')
    } else if (x < 0.5) {
      kobo.reset(this.random() < 0.8)
      if (wasSaidToBeKept(ledger.log))
        for (const book of BOOKS) lane.exempt.set(book, 'reset after it was said to be kept')
      lane.resets.push(ledger.house.tick())
      this.audits.delete(lane)
      this.tell('factory reset')
    } else if (x < 0.7) {
      lane.forgetUnseen()
      kobo.drive.token = null
      kobo.drive.activates = true
      for (const row of kobo.rows.values()) row.listed = false
      this.tell('signed out')
    } else if (x < 0.85) this.tellLibrary(lane)
    else {
      ledger.epoch(ledger.log.length + 1, true)
      this.tell('reset sync')
    }
  }

  /** Its person gives it its address anew and says what became of its library, before anybody asked (`tellLibrary`). */
  private tellLibrary(lane: Lane): void {
    const { ledger } = lane
    const truths = new Set(
      [...ledger.questions, ledger.log.length + 1].map((from) => whatBecameOf(lane, from)),
    )
    const [truth] = truths
    if (truths.size > 1 || truth === 'was put back') return
    const library = truth === 'was reset' ? 'empty' : 'kept'
    this.tell(`told beforehand: ${library}`)
    const { questions } = ledger
    for (const from of questions) {
      ledger.add({ kind: 'answered', from, library })
      if (library === 'empty') ledger.epoch(from)
      else ledger.closeQuestions(from, from)
    }
    if (library === 'kept') ledger.add({ kind: 'answered', from: null, library })
    else if (questions.length === 0) ledger.epoch(ledger.log.length + 1)
  }

  private restore(lane: Lane): void {
    const { kobo, ledger } = lane
    const drive = this.drives.get(lane)
    if (!drive || this.random() < 0.4) {
      this.drives.set(lane, kobo.snapshot())
      this.tell('a backup of the device is made')
      return
    }
    const page = drive.token?.split('/')[1] ?? ''
    const issued = ledger.pages.get(page)?.seq
    const isOurs = drive.token?.includes('/') === true
    const isTold = isOurs && (issued === undefined || this.hasOpenedLater(lane, issued))
    const { rows: then } = drive
    for (const book of BOOKS) {
      const isAsBefore = [kobo.rows, lane.met].every((rows) =>
        isDeepStrictEqual(rows.get(book), then.get(book)),
      )
      const isWaiting = kobo.drive.deletes.some((each) => each.book === book)
      const [row, past] = [kobo.rows.get(book), then.get(book)]
      if (!isTold && past && past.fileRev !== row?.fileRev) lane.refiled.add(book)
      if (isTold) lane.unseen.set(book, RESTORED)
      else if (!isAsBefore || isWaiting) lane.exempt.set(book, RESTORED)
    }
    for (const { id } of drive.deletes) lane.heard.delete(id)
    kobo.restore(drive)
    if (!isOurs) lane.restores.push(ledger.house.tick())
    this.audits.delete(lane)
    this.tell(`the device is put back${isTold ? '' : ', and nothing will tell'}`)
  }

  /** Whether a later page than the one it remembers has opened a session: then its token will tell. */
  private hasOpenedLater({ ledger }: Lane, issued: number): boolean {
    const voids = ledger.log.filter((entry) => entry.kind === 'restored')
    return ledger.log.some(
      (entry) =>
        entry.kind === 'returned' &&
        entry.opened &&
        !voids.some((each) => entry.seq >= each.from && entry.seq < each.seq) &&
        (ledger.pages.get(entry.page)?.seq ?? 0) > issued,
    )
  }

  private rollBack(lanes: readonly Lane[], house: House): void {
    const { backup } = this
    if (!backup || this.random() < 0.4) {
      this.backup = {
        putBack: house.backup(),
        pages: lanes.map(({ ledger }) => new Set(ledger.pages.keys())),
        lengths: lanes.map(({ ledger }) => ledger.log.length),
        keptOff: lanes.map((lane) => new Set(lane.keptOff)),
        heard: lanes.map((lane) => new Set(lane.heard)),
      }
      this.tell('a backup of the server is made')
      return
    }
    const renews = this.random() < 0.5
    const blind = lanes.map(({ kobo, ledger }, index) => {
      const page = kobo.token?.split('/')[1]
      const isKnown = page === undefined || backup.pages[index]?.has(page) === true
      return !renews && isKnown && ledger.log.length > (backup.lengths[index] ?? 0)
    })
    const files = new Map(house.files)
    const places = new Map(BOOKS.map((book) => [book, house.placeOf(book).content]))
    backup.putBack()
    if (renews) house.renew()
    for (const [index, lane] of lanes.entries()) {
      lane.keptOff = new Set(backup.keptOff[index])
      lane.heard = new Set(backup.heard[index])
      for (const book of BOOKS) {
        if (files.get(book) !== house.files.get(book)) lane.refiled.add(book)
        const shown = lane.kobo.rows.get(book)?.place
        if (
          shown !== undefined &&
          shown === places.get(book) &&
          shown !== house.placeOf(book).content
        )
          lane.forgotten.set(book, shown)
        if (blind[index]) lane.exempt.set(book, PUT_BACK)
        else if (!renews) lane.unseen.set(book, PUT_BACK)
      }
    }
    this.audits.clear()
    this.tell(`the server is put back${renews ? ' with a new name' : ''}`)
  }

  private machine(house: House): void {
    this.tell('a machine takes books')
    const all = this.random() < 0.5
    for (const book of house.shelf.keys())
      if (all || this.random() < 0.3) house.unshelve(book, 'machine')
  }
}

/** Its person said so, and no session came since. */
function wasSaidToBeKept(log: readonly Entry[]): boolean {
  const last = log.findLast(({ kind }) => kind === 'answered' || kind === 'session')
  return last?.kind === 'answered' && last.from === null && last.library === 'kept'
}

const RESTORED: Exemption = 'restored without a sign'
const PUT_BACK: Exemption = 'server put back without a sign'
const JOURNEYS = new Set(['restored', 'rolled-back', 'epoch', 'tokenless'])
const CLOCKS = [
  0,
  MINUTE / 2,
  -MINUTE / 2,
  MINUTE,
  60 * MINUTE,
  -60 * MINUTE,
  3000 * DAY,
  -3000 * DAY,
]
