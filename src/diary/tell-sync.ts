import type { Entry, Operation } from '../sync/log.ts'
import type { TellTime } from '../sync/tell-time.ts'
import { quoted, series, sum } from './phrases.ts'
import type { SyncRecord } from './sync-record.ts'
import { tellForetold } from './tell-foretold.ts'

/** Gives the title of a book. */
export type TitleOf = (book: string) => string | undefined

/**
 * What happened in a sync, in sentences: how the Kobo came, what it was sent and took, what it did and told, and what went wrong.
 * Pure.
 */
export function tellSync(record: SyncRecord, titleOf: TitleOf, tell: TellTime): string[] {
  const { entries } = record
  return [
    ...troubles(entries),
    ...howItCame(record, tell),
    ...whatItWasSent(record),
    ...tellForetold(record, titleOf),
    ...whatItDid(entries, titleOf),
  ]
}

function troubles(entries: readonly Entry[]): string[] {
  const said = new Set<string>()
  for (const { kind } of entries) {
    if (kind === 'activation') said.add('Signed in at this address.')
    if (kind === 'restored') said.add('Was put back to an earlier day of its own.')
    if (kind === 'rolled-back') said.add('Remembers what this server has forgotten.')
    if (kind === 'epoch') said.add('Nothing is known to be on it any more: it begins anew.')
  }
  return [...said]
}

function howItCame({ entries, pages }: SyncRecord, tell: TellTime): string[] {
  const opened = entries.find((entry) => entry.kind === 'returned' || entry.kind === 'tokenless')
  if (!opened) return ['Did not ask for its library.']
  const before = pages.filter((page) => page.seq < opened.seq)
  const newest = before.at(-1)
  const again = hasPages(entries) ? ', so the same was sent again' : ''
  if (opened.kind === 'tokenless') {
    if (!newest) return ['Came for the first time.']
    return newest.taken
      ? ['Came without a token.']
      : [`Came without a token: the answer of ${tell(newest.at)} did not reach it whole${again}.`]
  }
  // Such a page has no time of its own here, and the trouble is told already.
  if (entries.some((entry) => entry.kind === 'rolled-back' && entry.page === opened.page)) return []
  const page = pages.find(({ id }) => id === opened.page)
  if (!page) return ['Came with a token of ours.']
  const came = `Came with the token of ${tell(page.at)}.`
  if (!newest || newest.seq <= page.seq) return [came]
  return [came, `The answer of ${tell(newest.at)} did not reach it whole${again}.`]
}

function hasPages(entries: readonly Entry[]): boolean {
  return entries.some((entry) => entry.kind === 'page')
}

type Sent = { operation: Operation; seq: number; taken: boolean }

function whatItWasSent({ entries, pages, lastHeard }: SyncRecord): string[] {
  const returned = new Set(pages.filter((page) => page.taken).map((page) => page.id))
  const asked = lastAsked(entries)
  const sent = entries.flatMap((entry): Sent[] =>
    entry.kind === 'page'
      ? entry.operations.map((operation) => ({
          operation,
          seq: entry.seq,
          taken:
            returned.has(entry.page) ||
            (operation.verb === 'new' && (asked.get(operation.book) ?? 0) > entry.seq),
        }))
      : [],
  )
  const taken = byKey(sent.filter((each) => each.taken))
  const open = byKey(sent.filter((each) => !taken.has(keyOf(each))))
  const isAsked = entries.some((entry) => entry.kind === 'returned' || entry.kind === 'tokenless')
  const isComplete = entries.some((entry) => entry.kind === 'complete')
  const isLost = [...open.values()].every(({ seq }) => seq < lastHeard)
  const sentences: string[] = []
  if (taken.size > 0) sentences.push(`Took ${operationsOf(taken.values())}.`)
  if (open.size > 0)
    sentences.push(
      isLost
        ? `Was sent ${operationsOf(open.values())}, and never confirmed that.`
        : `Was sent ${operationsOf(open.values())}. The next sync confirms what arrived.`,
    )
  if (isAsked && sent.length === 0)
    sentences.push(isComplete ? 'Nothing was due.' : 'It was paused, and was sent nothing.')
  if (askedAgain(entries))
    sentences.push('An answer did not reach it whole, so the same was sent again.')
  return sentences
}

/** Where each book was asked for last: a Kobo that asks for a book of which it was told has heard of it. */
function lastAsked(entries: readonly Entry[]): Map<string, number> {
  const asked = new Map<string, number>()
  for (const entry of entries)
    if ('book' in entry && ASKS.has(entry.kind)) asked.set(entry.book, entry.seq)
  return asked
}

const ASKS = new Set<string>([
  'metadata-asked',
  'cover-asked',
  'download-begun',
  'download-completed',
  'listed',
] satisfies Entry['kind'][])

function byKey(sent: readonly Sent[]): Map<string, Sent> {
  return new Map(sent.map((each) => [keyOf(each), each]))
}

function keyOf({ operation }: Sent): string {
  return `${operation.verb} ${operation.book}`
}

/** Two pages answered the same token: the answer before did not reach it. */
function askedAgain(entries: readonly Entry[]): boolean {
  const parents = entries.flatMap((entry) => (entry.kind === 'page' ? [entry.parent] : []))
  return new Set(parents).size < parents.length
}

function operationsOf(sent: Iterable<Sent>): string {
  const verbs = [...sent].map(({ operation }) => operation.verb)
  const count = (verb: Operation['verb']): number => verbs.filter((each) => each === verb).length
  return series(
    [
      sum(count('new'), 'new book'),
      sum(count('file'), 'new file'),
      sum(count('removal'), 'removal'),
      sum(count('metadata'), 'change of details', 'changes of details'),
      sum(count('state'), 'place'),
    ].filter((words) => words !== ''),
  )
}

function whatItDid(entries: readonly Entry[], titleOf: TitleOf): string[] {
  const books = (...kinds: Entry['kind'][]): Set<string> =>
    new Set(
      entries.flatMap((entry) =>
        'book' in entry && kinds.includes(entry.kind) ? [entry.book] : [],
      ),
    )
  const titles = (of: Iterable<string>): string => quoted([...of].map(titleOf))
  const done = books('download-completed')
  const begun = [...books('download-begun')].filter((book) => !done.has(book))
  const says: [of: Set<string>, words: (titles: string) => string][] = [
    [done, (them) => `Downloaded ${them}.`],
    [new Set(begun), (them) => `Began to download ${them}, as yet without an end.`],
    [books('state'), (them) => `Told where it is in ${them}.`],
    [books('annotation'), (them) => `Told of highlights in ${them}.`],
    [books('tagged'), (them) => `Named ${them} in a collection.`],
    [books('delete'), (them) => `Told that ${them} was removed on it.`],
    [books('unlisted'), (them) => `Its list of books lacked ${them}.`],
  ]
  return says.filter(([of]) => of.size > 0).map(([of, words]) => words(titles(of)))
}
