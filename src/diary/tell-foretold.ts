import type { Foretold, Operation } from '../sync/log.ts'
import { quoted } from './phrases.ts'
import type { SyncRecord } from './sync-record.ts'
import type { TitleOf } from './tell-sync.ts'

/**
 * Whether a sync did what its person was told before, and if not, what was otherwise and why. Says nothing of a sync of which nothing was
 * told, or that broke off. Pure.
 */
export function tellForetold(record: SyncRecord, titleOf: TitleOf): string[] {
  const { foretold, entries } = record
  if (foretold === null || !entries.some((entry) => entry.kind === 'complete')) return []
  const sent = entries.flatMap((entry) => (entry.kind === 'page' ? entry.operations : []))
  const missing = without(foretold, sent)
  const extra = without(sent, foretold)
  if (missing.length === 0 && extra.length === 0) return ['It was sent what was foretold.']
  return [
    ...(missing.length > 0 ? [`It was foretold and not sent: ${wordsFor(missing, titleOf)}.`] : []),
    ...(extra.length > 0 ? [`It was sent and not foretold: ${wordsFor(extra, titleOf)}.`] : []),
    whyOtherwise(record),
  ]
}

function whyOtherwise({ entries, pages }: SyncRecord): string {
  const opened = entries.find((entry) => entry.kind === 'returned' || entry.kind === 'tokenless')
  const newest = opened && pages.findLast((page) => page.seq < opened.seq)
  const cameAsThought = opened?.kind === 'returned' && newest?.id === opened.page
  return cameAsThought || !newest
    ? 'That is because something changed in between.'
    : 'That is because the Kobo came without the newest token.'
}

const WORDS: Record<Operation['verb'], string> = {
  new: 'as a new book',
  file: 'as a new file',
  metadata: 'with its details',
  removal: 'for removal',
  state: 'with a place',
}

function wordsFor(operations: readonly Foretold[], titleOf: TitleOf): string {
  const verbs = [...new Set(operations.map(({ verb }) => verb))]
  return verbs
    .map((verb) => {
      const books = operations.filter((each) => each.verb === verb).map(({ book }) => titleOf(book))
      return `${quoted(books)} ${WORDS[verb]}`
    })
    .join(', ')
}

function without(some: readonly Foretold[], others: readonly Foretold[]): Foretold[] {
  const known = new Set(others.map(nameOf))
  return some.filter((each) => !known.has(nameOf(each)))
}

function nameOf({ verb, book }: Foretold): string {
  return `${verb} ${book}`
}
