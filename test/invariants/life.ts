import { HarshKobo, NO_FAULTS, type Faults, type TokenMode } from './harsh-kobo.ts'
import { BOOKS, Ledger, type Policy } from './ledger.ts'
import { pick, randomFrom, type Random } from './random.ts'
import type { Rules } from './rules.ts'

const STEPS = 26
const CLEAN_SESSIONS = 14

/**
 * One random life of a device: an owner who shelves, edits and heals, a reader who reads and deletes, a bad network. When the
 * faults end, finitely many syncs must leave the device with exactly what it should hold. Returns what was broken: empty, for
 * rules that are right. Same seed, same life.
 */
export function live(
  seed: number,
  tokens: TokenMode,
  rules: Rules,
  tell: (line: string) => void = () => {},
): string[] {
  const random = randomFrom(seed)
  const policy =
    pick(random, ['keep-off', 'keep-off', 'bring-back', 'unshelve'] satisfies Policy[]) ??
    'keep-off'
  const life = new Life(new Ledger(rules, policy), new HarshKobo(tokens, random), random, tell)
  for (let step = 0; step < STEPS; step++) life.step()
  life.settle()
  return [...life.broken]
}

class Life {
  readonly broken = new Set<string>()
  private readonly ledger: Ledger
  private readonly kobo: HarshKobo
  private readonly random: Random
  private readonly tell: (line: string) => void
  /** Books that vanished from the device without a sign, until an audit. */
  private readonly lost = new Set<string>()
  /** Books the reader removed and the policy keeps off, until they are shelved again. */
  private readonly keptOff = new Set<string>()
  private readonly heard = new Set<number>()
  private acts = 0

  constructor(ledger: Ledger, kobo: HarshKobo, random: Random, tell: (line: string) => void) {
    this.ledger = ledger
    this.kobo = kobo
    this.random = random
    this.tell = tell
  }

  step(): void {
    const x = this.random()
    if (x < 0.22) this.shelve()
    else if (x < 0.3) this.unshelve()
    else if (x < 0.33) this.edit()
    else if (x < 0.36) this.turnReadiness()
    else if (x < 0.39) this.readerRemoves()
    else if (x < 0.41) this.readerDropsFile()
    else if (x < 0.43) this.readerTaps()
    else if (x < 0.48) this.readerReads()
    else if (x < 0.5) this.readsElsewhere()
    else if (x < 0.52) this.heal()
    else if (x < 0.53) this.audit()
    else if (x < 0.535) this.loseSilently()
    else this.session(this.random() < 0.4 ? NO_FAULTS : this.faults())
  }

  /** No more faults: the device must come to hold what it should, then be left alone; after an audit, without exception. */
  settle(): void {
    this.tell('—— no more faults ——')
    for (const book of BOOKS) this.ledger.ready.add(book)
    for (let n = 0; n < CLEAN_SESSIONS; n++) this.session(NO_FAULTS)
    this.expectExact('')
    this.expectQuiet()
    if (this.kobo.token === null && [...this.kobo.rows.keys()].length > 0)
      this.broken.add('amnesia for ever')
    this.tell('—— audit ——')
    this.audit()
    for (let n = 0; n < 8; n++) this.session(NO_FAULTS)
    this.expectExact(' after an audit')
    this.expectQuiet()
  }

  private expectExact(when: string): void {
    for (const book of BOOKS) {
      if (this.lost.has(book)) continue
      const holding = this.ledger.holding(book)
      const row = this.kobo.rows.get(book)
      const wanted = this.ledger.wants(book, holding)
      if (wanted && !row) this.broken.add(`missing${when}`)
      if (!wanted && row) this.broken.add(`left behind${when}`)
      if (wanted && row && row.metaRev !== this.ledger.metaRev.get(book))
        this.broken.add(`stale${when}`)
      const place = this.ledger.place.get(book)?.rev ?? 0
      if (wanted && row?.file && row.place !== place && place > 0)
        this.broken.add(`place lost${when}`)
      if (this.ledger.shelf.has(book) && holding.excluded && !this.keptOff.has(book))
        this.broken.add(`kept off${when}`)
    }
  }

  private expectQuiet(): void {
    const pages = (): number => this.ledger.log.filter((entry) => entry.kind === 'page').length
    const before = pages()
    this.session(NO_FAULTS)
    if (pages() !== before) this.broken.add('not quiet')
  }

  private session(faults: Faults): void {
    const { ledger, kobo } = this
    const at = ledger.log.length
    const between = (): void => {
      if (faults === NO_FAULTS || this.random() >= 0.15) return
      if (this.random() < 0.7)
        pick(this.random, [() => this.shelve(), () => this.unshelve(), () => this.edit()])?.()
      else if (this.random() < 0.5) this.readerReads()
      else this.consent()
    }
    kobo.session(ledger, faults, between, (sent, news) => {
      if (this.heard.has(sent.id)) return
      this.heard.add(sent.id)
      if (news && ledger.policy === 'keep-off') this.keptOff.add(sent.book)
    })
    this.tell(
      `sync: ${ledger.log
        .slice(at)
        .map((entry) => words(entry))
        .join(' · ')} ⇒ ${kobo.token} ${rows(kobo)}`,
    )
    for (const book of kobo.flips)
      if (!this.lost.has(book)) this.broken.add('a downloaded book became a placeholder')
    for (const book of kobo.dropped) if (!this.lost.has(book)) this.broken.add('wrong verb')
    for (const problem of ledger.broken) this.broken.add(problem)
  }

  private faults(): Faults {
    const { random } = this
    return {
      sync() {
        const x = random()
        if (x < 0.12) return 'lost'
        if (x < 0.24) return 'reply'
        if (x < 0.3) return 'crash'
        if (x < 0.36) return 'half'
        if (x < 0.41) return 'twice'
        if (x < 0.46) return 'stored'
        return x < 0.52 ? 'unstored' : null
      },
      call() {
        const x = random()
        return x < 0.07 ? 'lost' : x < 0.14 ? 'reply' : null
      },
      write() {
        const x = random()
        return x < 0.2 ? 'late' : x < 0.25 ? 'lost' : x < 0.3 ? 'reply' : null
      },
    }
  }

  private shelve(): void {
    this.act('shelve', BOOKS, (book) => {
      if (!this.ledger.shelf.has(book)) this.keptOff.delete(book)
      this.ledger.shelve(book)
    })
  }

  private unshelve(): void {
    this.act('unshelve', BOOKS, (book) => this.ledger.unshelve(book))
  }

  private edit(): void {
    this.act('edit', BOOKS, (book) =>
      this.ledger.metaRev.set(book, (this.ledger.metaRev.get(book) ?? 1) + 1),
    )
  }

  private turnReadiness(): void {
    this.act('readiness of', BOOKS, (book) => {
      if (!this.ledger.ready.delete(book)) this.ledger.ready.add(book)
    })
  }

  private readerRemoves(): void {
    this.act('reader removes', [...this.kobo.rows.keys()], (book) =>
      this.kobo.remove(book, ++this.acts),
    )
  }

  private readerDropsFile(): void {
    this.act('reader removes the download of', this.downloaded(), (book) => {
      const row = this.kobo.rows.get(book)
      if (row) row.file = false
    })
  }

  private readerTaps(): void {
    const placeholders = [...this.kobo.rows].filter(([, row]) => !row.file).map(([book]) => book)
    this.act('tap', placeholders, (book) => this.kobo.download(this.ledger, book, this.faults()))
  }

  private readerReads(): void {
    this.act('read', this.downloaded(), (book) => this.kobo.read(book, ++this.ledger.clock))
  }

  private readsElsewhere(): void {
    this.act('read elsewhere', BOOKS, (book) => this.ledger.readElsewhere(book))
  }

  private consent(): void {
    this.act('send again', BOOKS, (book) => this.ledger.fact(book, { kind: 'consent' }))
  }

  private heal(): void {
    if (this.random() < 0.5) return this.consent()
    const held = BOOKS.filter((book) => this.ledger.holding(book).state === 'held')
    this.act('retract', held, (book) => this.ledger.fact(book, { kind: 'retract' }))
  }

  private audit(): void {
    this.tell('audit')
    this.ledger.audit(this.kobo.rows)
    this.lost.clear()
  }

  private loseSilently(): void {
    this.act('silent loss of', [...this.kobo.rows.keys()], (book) => {
      this.kobo.rows.delete(book)
      this.lost.add(book)
    })
  }

  private downloaded(): string[] {
    return [...this.kobo.rows].filter(([, row]) => row.file).map(([book]) => book)
  }

  private act(words: string, books: readonly string[], what: (book: string) => void): void {
    const book = pick(this.random, books)
    if (book === undefined) return
    this.tell(`${words} ${book}`)
    what(book)
  }
}

function words(entry: Ledger['log'][number]): string {
  if (entry.kind === 'page')
    return `${entry.page}(${entry.parent})[${entry.operations.map((each) => `${each.verb} ${each.book}`).join(', ')}]`
  if (entry.kind === 'returned') return `<${entry.page}>`
  return 'book' in entry ? `${entry.kind} ${entry.book}` : entry.kind
}

function rows(kobo: HarshKobo): string {
  return [...kobo.rows]
    .map(([book, row]) => `${book}${row.file ? '*' : ''}m${row.metaRev}p${row.place}`)
    .join(' ')
}
