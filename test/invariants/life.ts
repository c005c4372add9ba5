import { NO_FAULTS, faultsFrom, type Faults } from './faults.ts'
import { HarshKobo, type TokenMode } from './harsh-kobo.ts'
import { answer, audit, questionsOf } from './honest-owner.ts'
import { House, MINUTE } from './house.ts'
import { Lane } from './lane.ts'
import { BOOKS, Ledger, type Policy } from './ledger.ts'
import { MATRICES, type Matrix, type Mishap } from './matrices.ts'
import { Mishaps } from './mishaps.ts'
import { pick, randomFrom, type Random } from './random.ts'
import type { Rules } from './rules.ts'
import { rowsIn, wordsOf } from './tell.ts'

const STEPS = 26
const CLEAN_SESSIONS = 14
const POLICIES = ['keep-off', 'keep-off', 'bring-back', 'unshelve'] as const satisfies Policy[]

/**
 * One random life of a device, and perhaps of a sibling: an owner who shelves, edits and heals, a reader who reads and deletes, a bad
 * network, and whatever the matrix lets befall them. When the faults end, finitely many syncs and honest answers must leave each device with exactly
 * what it should hold. Returns what was broken: empty, for rules that are right. Same seed, same life.
 */
export function live(
  seed: number,
  tokens: TokenMode,
  rules: Rules,
  matrix: Matrix = 'plain',
  tell: (line: string) => void = () => {},
): string[] {
  const life = new Life(seed, tokens, rules, matrix, tell)
  for (let step = 0; step < STEPS; step++) life.step()
  life.settle()
  return [...life.broken]
}

class Life {
  readonly broken = new Set<string>()
  private readonly house = new House()
  private readonly lanes: Lane[] = []
  private readonly random: Random
  private readonly mishaps: Mishaps
  private readonly tell: (line: string) => void
  private lane: Lane
  private acts = 0

  constructor(
    seed: number,
    tokens: TokenMode,
    rules: Rules,
    matrix: Matrix,
    tell: (line: string) => void,
  ) {
    this.random = randomFrom(seed)
    this.tell = tell
    this.mishaps = new Mishaps(matrix, this.random, (line) => this.say(line))
    const which: readonly Mishap[] = MATRICES[matrix]
    this.lane = this.addLane(tokens, rules)
    if (which.includes('sibling')) this.addLane(tokens, rules)
  }

  step(): void {
    this.house.pass(10 * MINUTE)
    this.lane = pick(this.random, this.lanes) ?? this.lane
    if (this.mishaps.perhaps(this.lane, this.lanes, this.house)) return
    const { house } = this
    const x = this.random()
    if (x < 0.22) this.shelve()
    else if (x < 0.3) this.act('unshelve', BOOKS, (book) => house.unshelve(book))
    else if (x < 0.33) this.act('edit', BOOKS, (book) => house.edit(book))
    else if (x < 0.36) this.turnReadiness()
    else if (x < 0.39) this.readerRemoves()
    else if (x < 0.41) this.readerDropsFile()
    else if (x < 0.43) this.readerTaps()
    else if (x < 0.48) this.readerReads()
    else if (x < 0.5) this.act('read elsewhere', BOOKS, (book) => house.readElsewhere(book))
    else if (x < 0.52) this.heal()
    else if (x < 0.53) this.say(audit(this.lane))
    else if (x < 0.54) this.mishaps.audit(this.lane)
    else if (x < 0.545) this.loseSilently()
    else if (x < 0.565) this.answerOne()
    else this.session(this.random() < 0.4 ? NO_FAULTS : faultsFrom(this.random))
  }

  /** No more faults: each device must come to hold what it should, then be left alone; after an audit, without exception. */
  settle(): void {
    this.say('—— no more faults ——')
    for (const book of BOOKS) this.house.ready.add(book)
    for (const lane of this.lanes) lane.kobo.ahead = 0
    this.cleanSessions(CLEAN_SESSIONS)
    for (const lane of this.lanes) lane.expectExact('')
    this.expectQuiet()
    this.say('—— audit ——')
    for (const lane of this.lanes) audit(lane)
    this.cleanSessions(8)
    for (const lane of this.lanes) lane.expectExact(' after an audit')
    this.expectQuiet()
  }

  private cleanSessions(count: number): void {
    for (let n = 0; n < count; n++)
      for (const lane of this.lanes) {
        this.lane = lane
        this.answerAll()
        this.house.pass(10 * MINUTE)
        this.session(NO_FAULTS)
      }
  }

  private answerAll(): void {
    for (let n = 0; n < 9 && this.answerOne(); n++);
    if (questionsOf(this.lane).length > 0) this.broken.add('asked again and again')
  }

  private answerOne(): boolean {
    const question = pick(this.random, questionsOf(this.lane))
    if (question) this.say(`${question}? ${answer(this.lane, question, this.random)}`)
    return question !== undefined
  }

  private expectQuiet(): void {
    const pages = (): number =>
      this.house.ledgers.flatMap(({ log }) => log.filter(({ kind }) => kind === 'page')).length
    const before = pages()
    for (const lane of this.lanes) {
      this.lane = lane
      if (questionsOf(lane).length > 0) this.broken.add('asked for ever')
      this.house.pass(10 * MINUTE)
      this.session(NO_FAULTS)
      if (questionsOf(lane).length > 0) this.broken.add('asked for ever')
    }
    if (pages() !== before) this.broken.add('not quiet')
  }

  private session(faults: Faults): void {
    const { lane, random, house } = this
    const { ledger, kobo } = lane
    const at = ledger.log.length
    lane.session(faults, () => {
      if (random() >= 0.15) return
      const edit = (): void => this.act('edit', BOOKS, (book) => house.edit(book))
      const unshelve = (): void => this.act('unshelve', BOOKS, (book) => house.unshelve(book))
      if (random() < 0.7) pick(random, [() => this.shelve(), unshelve, edit])?.()
      else if (random() < 0.5) this.readerReads()
      else this.consent()
    })
    if (faults === NO_FAULTS || random() < 0.8) ledger.sessionOver()
    const words = ledger.log.slice(at).map(wordsOf).join(' · ')
    this.say(`sync: ${words} ⇒ ${kobo.token} ${rowsIn(kobo)}`)
  }

  private shelve(): void {
    this.act('shelve', BOOKS, (book) => {
      if (!this.house.shelf.has(book)) for (const lane of this.lanes) lane.keptOff.delete(book)
      this.house.shelve(book)
    })
  }

  private turnReadiness(): void {
    const { ready } = this.house
    this.act('readiness of', BOOKS, (book) => {
      if (!ready.delete(book)) ready.add(book)
    })
  }

  private readerRemoves(): void {
    const { kobo } = this.lane
    this.act('reader removes', [...kobo.rows.keys()], (book) => kobo.remove(book, ++this.acts))
  }

  private readerDropsFile(): void {
    this.act('reader removes the download of', this.downloaded(), (book) => {
      const row = this.lane.kobo.rows.get(book)
      if (row) row.file = false
    })
  }

  private readerTaps(): void {
    const { kobo, ledger } = this.lane
    const placeholders = [...kobo.rows].filter(([, row]) => !row.file).map(([book]) => book)
    this.act('tap', placeholders, (book) => kobo.download(ledger, book, faultsFrom(this.random)))
  }

  private readerReads(): void {
    const { kobo } = this.lane
    this.act('read', this.downloaded(), (book) =>
      kobo.read(book, this.house.tick(), this.house.next()),
    )
  }

  private consent(): void {
    this.act('send again', BOOKS, (book) => this.lane.ledger.fact(book, { kind: 'consent' }))
  }

  private heal(): void {
    const x = this.random()
    if (x < 0.4) return this.consent()
    if (x < 0.6) return this.act('another file of', BOOKS, (book) => this.house.replaceFile(book))
    const { ledger } = this.lane
    const held = ledger.pairs().filter(({ holding }) => holding.state === 'held')
    const books = held.map(({ book }) => book)
    this.act('retract', books, (book) => ledger.fact(book, { kind: 'retract' }))
  }

  private loseSilently(): void {
    const { kobo, exempt } = this.lane
    this.act('silent loss of', [...kobo.rows.keys()], (book) => {
      kobo.rows.delete(book)
      exempt.set(book, 'lost without a sign')
    })
  }

  private downloaded(): string[] {
    return [...this.lane.kobo.rows].filter(([, row]) => row.file).map(([book]) => book)
  }

  private act(words: string, books: readonly string[], what: (book: string) => void): void {
    const book = pick(this.random, books)
    if (book === undefined) return
    this.say(`${words} ${book}`)
    what(book)
  }

  private say(line: string): void {
    this.tell(this.lanes.length > 1 ? `${this.lanes.indexOf(this.lane)}: ${line}` : line)
  }

  private addLane(tokens: TokenMode, rules: Rules): Lane {
    const policy = pick(this.random, POLICIES) ?? 'keep-off'
    const ledger = new Ledger(rules, policy, this.house)
    const kobo = new HarshKobo(tokens, this.random)
    const lane = new Lane(ledger, kobo, (problem) => this.broken.add(problem))
    this.lanes.push(lane)
    return lane
  }
}
