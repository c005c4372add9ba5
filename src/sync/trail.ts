import type { BookEntry, OfferedOperation } from './book-entry.ts'
import type { Trace } from './evidence.ts'
import type { Verb } from './log.ts'
import type { TellTime } from './tell-time.ts'

/** One thing that is known of a book on a device: what, when (epoch ms), and in words. */
export type TrailMark = { kind: string; at: number; detail: string }

/** How many marks of one kind are told: a book that is read every day would fill pages. */
const OF_ONE_KIND = 8

/** A report that is this much older than its arrival came late, in ms. */
const LATE = 60_000

/** The trail of a book, newest first, in words. At most eight of one kind. Pure. */
export function tellTrail(trail: readonly Trace[], tell: TellTime): TrailMark[] {
  const told = new Map<string, number>()
  return [...trail]
    .sort((one, other) => other.at - one.at || other.entry.seq - one.entry.seq)
    .filter(({ entry }) => {
      const kind = kindOf(entry)
      const count = (told.get(kind) ?? 0) + 1
      told.set(kind, count)
      return count <= OF_ONE_KIND
    })
    .map((trace) => ({
      kind: kindOf(trace.entry),
      at: trace.at,
      detail: detailOf(trace, tell),
    }))
}

function kindOf(entry: BookEntry): string {
  return entry.kind === 'operation' ? `sent-${entry.operation.verb}` : entry.kind
}

function detailOf({ entry, at, undone }: Trace, tell: TellTime): string {
  const late = entry.at - at > LATE ? ` It was told ${tell(entry.at)}.` : ''
  const forgotten = undone ? ' The Kobo has forgotten this since.' : ''
  return `${wordsOf(entry)}${late}${forgotten}`
}

function wordsOf(entry: BookEntry): string {
  if (entry.kind === 'operation') return sentWords(entry)
  if (entry.kind === 'delete')
    return entry.repeat ? 'Removed on the Kobo, which said it again.' : 'Removed on the Kobo.'
  if (entry.kind === 'missed')
    return entry.row ? 'Its file was not on the Kobo.' : 'The Kobo’s own database did not have it.'
  if (entry.kind !== 'audited') return WORDS[entry.kind]
  if (!entry.row) return 'The Kobo’s own database does not have it.'
  return `The Kobo’s own database has it, ${entry.file ? 'with' : 'without'} its file.`
}

const SENT: Record<Verb, string> = {
  new: 'Offered',
  file: 'Offered with another file',
  metadata: 'Its title and details were sent anew',
  removal: 'Its removal was sent',
  state: 'The place you reached was sent',
}

function sentWords({ operation, acknowledged }: OfferedOperation): string {
  return `${SENT[operation.verb]}; ${acknowledged ? 'acknowledged' : 'not acknowledged'}.`
}

const WORDS: Record<
  Exclude<BookEntry['kind'], 'operation' | 'delete' | 'audited' | 'missed'>,
  string
> = {
  'metadata-asked': 'The Kobo asked for its details.',
  'cover-asked': 'The Kobo asked for its cover.',
  'annotations-asked': 'The Kobo asked for its highlights.',
  tagged: 'The Kobo named it in a collection.',
  'download-begun': 'A download began.',
  'download-cut': 'A download broke off.',
  'download-completed': 'Downloaded in full: the last byte was sent.',
  state: 'The Kobo told where you are in it.',
  annotation: 'The Kobo told of a highlight or note in it.',
  listed: 'The Kobo named it in a list of its books.',
  unlisted: 'A list of the Kobo’s books did not name it any more.',
  shelved: 'It came back to a shelf that this Kobo carries.',
  unshelved: 'It left the shelves that this Kobo carries.',
  'bring-back': 'It was asked to be brought back.',
  consent: 'It was asked to be sent again.',
  retract: 'It was asked to be removed and sent again.',
  base: 'What came before is more than 400 days old, and is not kept one by one.',
  tokenless: 'The Kobo came without a token: what it had acknowledged counts no more.',
  activation: 'The Kobo signed in anew.',
  epoch: 'The Kobo was said or found to be empty.',
  restored: 'The Kobo was put back to an earlier day.',
  'rolled-back': 'This server was put back to an earlier day.',
}
