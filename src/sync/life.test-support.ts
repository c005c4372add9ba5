import fc from 'fast-check'
import type { BookFact, DeviceFact, Entry, Mark, Operation, Verb } from './log.ts'
import { newestReturn } from './replay.ts'

/** The one book whose entries are thinned. */
export const BOOK = 'emma'

/** In ms, so that what is told in one life is told before and after the little by which a clock may be off. */
const MOMENT = 7000

/** One thing that happens; `n` and `m` choose among what there is. */
export type Step = { what: (typeof WHAT)[number]; n: number; m: number }

const VERBS = ['new', 'removal', 'metadata', 'state', 'new', 'file'] as const satisfies Verb[]

/** What shows that a book is there, or is not. */
export const PROOFS = [
  'state',
  'download-begun',
  'download-completed',
  'cover-asked',
  'annotation',
  'listed',
  'unlisted',
  'metadata-asked',
] as const

/** What happens on ordinary days. */
export const ORDINARY = [
  'page',
  'page',
  'return',
  'return',
  'stranger',
  'elsewhere',
  'session',
  'complete',
  'proof',
  'proof',
  'proof',
  'state',
  'state',
  'delete',
  'consent',
  'shelved',
  'unshelved',
  'tokenless',
  'epoch',
  'epoch-at',
] as const

/** That, and what else may happen to a device: it is put back in time, audited, or signs in again. */
export const WHAT = [...ORDINARY, 'restored', 'rolled-back', 'audited', 'activation'] as const

/** Any steps of these kinds, so many. */
export const steps = (
  what: readonly Step['what'][],
  size: { minLength?: number; maxLength: number },
) =>
  fc.array(
    fc.record({
      what: fc.constantFrom(...what),
      n: fc.nat({ max: 1000 }),
      m: fc.nat({ max: 1000 }),
    }),
    size,
  )

/** The log of one device, and what steps make of it. */
export class Life {
  log: Entry[] = []
  strangers = new Set<string>()
  /** Pages that cannot come back any more. */
  lost = new Set<string>()
  private serial = 0
  private rev = 1
  private at = 0

  get head(): string | null {
    const tokenless = this.log.findLastIndex((entry) => entry.kind === 'tokenless')
    const returned = this.log.findLastIndex((entry) => entry.kind === 'returned')
    return tokenless > returned ? null : newestReturn(this.log)
  }

  do(step: Step): void {
    this.at += (1 + (step.n % 50)) * MOMENT
    const { n, m } = step
    switch (step.what) {
      case 'page':
        return this.page(operation(VERBS[n % VERBS.length] ?? 'new', this.newer(m)), this.head)
      case 'stranger': {
        this.page(operation('new', this.newer(m)), this.head)
        this.strangers.add(`p${this.serial}`)
        return
      }
      case 'elsewhere':
        return this.page({ ...operation('new', 1), book: 'another' }, this.head)
      case 'return':
        return this.return(n)
      case 'proof':
        return this.fact(
          proof(PROOFS[n % PROOFS.length] ?? 'listed', this.at - ((m % 300) - 5) * MOMENT),
        )
      case 'state':
        return this.fact({
          kind: 'state',
          instant: this.at - ((m % 300) - 5) * MOMENT,
          rev: this.newer(n),
        })
      case 'delete':
        return this.fact({ kind: 'delete', repeat: false, exclude: n % 2 === 0 })
      case 'consent':
        return this.fact({ kind: 'consent' })
      case 'shelved':
        return this.fact({ kind: 'shelved', cause: 'person' })
      case 'unshelved':
        return this.fact({ kind: 'unshelved', cause: n % 2 === 0 ? 'person' : 'machine' })
      case 'audited':
        if (n % 5 === 0) return this.fact({ kind: 'missed', row: n % 2 === 0, copied: this.at })
        return this.fact({ kind: 'audited', row: n % 3 > 0, file: n % 3 > 1 })
      case 'epoch':
        return this.add({ kind: 'epoch', from: this.log.length + 1, consent: n % 5 === 0 })
      case 'epoch-at': {
        const asked = this.log.findLast((entry) => entry.kind === 'tokenless')
        if (asked && asked.seq >= this.askable)
          this.add({ kind: 'epoch', from: asked.seq, consent: false })
        return
      }
      case 'rolled-back':
        return this.add({ kind: 'rolled-back', page: null, was: null })
      case 'restored':
        return this.restore(n)
      case 'session':
      case 'complete':
      case 'tokenless':
      case 'activation':
        return this.add({ kind: step.what })
    }
  }

  /** From where on a sync without a token may still be asked about. */
  askable = 0
  /** So far back a device may forget. */
  oldest = 0

  private newer(n: number): number {
    if (n % 3 === 0) this.rev += 1
    return this.rev
  }

  private page(operation: Operation, parent: string | null): void {
    this.add({ kind: 'page', page: `p${++this.serial}`, parent, operations: [operation] })
  }

  private pages(): (Mark & { page: string })[] {
    return this.log.filter(
      (entry): entry is Extract<Entry, { kind: 'page' }> =>
        entry.kind === 'page' && !this.strangers.has(entry.page) && !this.lost.has(entry.page),
    )
  }

  private return(n: number): void {
    const pages = this.pages()
    // Mostly the newest.
    const page = n % 4 > 0 ? pages.at(-1) : pages[n % pages.length]
    if (page) this.add({ kind: 'returned', page: page.page, opened: n % 2 === 0 })
  }

  private restore(n: number): void {
    const issued = new Map(this.pages().map((page) => [page.page, page.seq]))
    const returns = this.log.flatMap((entry) =>
      entry.kind === 'returned' ? [issued.get(entry.page) ?? 0] : [],
    )
    const page = this.pages()[n % issued.size]
    const later = returns.filter((seq) => page && seq > page.seq)
    if (!page || later.length === 0) return
    const from = Math.min(...later)
    if (from <= this.oldest) return
    this.add({ kind: 'restored', page: page.page, from, issued: page.seq })
    this.add({ kind: 'returned', page: page.page, opened: true })
  }

  private fact(fact: BookFact): void {
    this.add({ ...fact, book: BOOK })
  }

  private add(entry: PageEntry | (BookFact & { book: string }) | DeviceFact): void {
    this.log.push({ seq: this.log.length + 1, at: this.at, ...entry })
  }
}

type PageEntry = { kind: 'page'; page: string; parent: string | null; operations: Operation[] }

function operation(verb: Verb, rev: number): Operation {
  const artifact = verb === 'removal' ? null : 'file'
  return { verb, book: BOOK, metaRev: rev, fileRev: 1, stateRev: rev, artifact }
}

function proof(kind: (typeof PROOFS)[number], instant: number): BookFact {
  if (kind === 'state') return { kind, instant, rev: null }
  return kind === 'annotation' ? { kind, instant } : { kind }
}
