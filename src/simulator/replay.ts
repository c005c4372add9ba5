import type { Bundle, Told } from './bundle.ts'
import type { SyncReport } from './device.ts'
import { counted } from './diary.ts'
import { anyOf, type Faults } from './faults.ts'
import type { Kobo } from './kobo.ts'

/** How a sync went that was lived through again, beside how it went then. */
export interface Replayed {
  report: SyncReport
  /** What was sent then and not now, and now and not then. */
  missing: Told[]
  extra: Told[]
  /** What the device did then and cannot do now, in sentences. */
  leftOut: string[]
}

/**
 * Lives through a sync again, against any server: loses the token where it came without one, does what its reader had done (offline, as
 * then), lets the downloads break off that broke off, syncs, and compares what is sent. Books have their ids from their bytes, so that
 * the same library on another server has the same ones.
 */
export async function replay(
  kobo: Kobo,
  bundle: Bundle,
  faults: Faults | undefined,
): Promise<Replayed> {
  const leftOut: string[] = []
  if (bundle.entries.some((entry) => entry.kind === 'tokenless')) kobo.loseToken()
  for (const { kind, book, repeat } of bundle.entries) {
    if (book === undefined || repeat === true) continue
    const sentence = await doAgain(kobo, kind, book)
    if (sentence !== undefined) leftOut.push(sentence)
  }
  const cuts = cutDownloads(bundle)
  const report = await kobo.sync({ faults: faults ? anyOf([faults, cuts]) : cuts })
  const then = bundle.entries.flatMap((entry) => entry.operations ?? [])
  const now = report.operations.flatMap(toldBy)
  return { report, missing: without(then, now), extra: without(now, then), leftOut }
}

/** The comparison in sentences. */
export function tellReplay({ missing, extra, leftOut }: Replayed): string[] {
  const lines = [...leftOut]
  for (const { verb, book } of missing) lines.push(`Then and not now: ${verb} ${book}.`)
  for (const { verb, book } of extra) lines.push(`Now and not then: ${verb} ${book}.`)
  const differences = missing.length + extra.length
  lines.push(
    differences === 0
      ? 'The server sent what was sent then.'
      : `${counted(differences, 'operation')} differ from what was sent then.`,
  )
  return lines
}

/** Does once more what the reader of the device did with a book. Gives a sentence where that cannot be. */
async function doAgain(kobo: Kobo, kind: string, book: string): Promise<string | undefined> {
  if (kind !== 'state' && kind !== 'annotation' && kind !== 'delete') return undefined
  const held = kobo.contents().find((each) => each.id === book && !each.removed)
  if (!held) return `The book ${book} is not on this Kobo: its ${kind} is left out.`
  if (kind === 'delete') kobo.remove(book)
  else if (!held.downloaded) return `The book ${book} is not downloaded: its ${kind} is left out.`
  else if (kind === 'annotation') kobo.highlight(book, 'A passage')
  else await kobo.close(book, { percent: Math.min(99, held.percentRead + 1) }, { offline: true })
  return undefined
}

/** Every download that broke off breaks off again, as often as then. */
function cutDownloads({ entries }: Bundle): Faults {
  const left = new Map<string, number>()
  for (const { kind, book } of entries)
    if (kind === 'download-cut' && book !== undefined) left.set(book, (left.get(book) ?? 0) + 1)
  return ({ kind, path }) => {
    if (kind !== 'download') return undefined
    const [book, times = 0] = [...left].find(([id]) => path.includes(id)) ?? []
    if (book === undefined || times === 0) return undefined
    left.set(book, times - 1)
    return { kind: 'cut-reply', atByte: 1000 }
  }
}

function toldBy({ kind, id, removed }: SyncReport['operations'][number]): Told[] {
  if (removed === true) return [{ verb: 'removal', book: id }]
  const verb = VERBS.get(kind)
  return verb === undefined ? [] : [{ verb, book: id }]
}

const VERBS: ReadonlyMap<string, Told['verb']> = new Map([
  ['NewEntitlement', 'new'],
  ['ChangedProductMetadata', 'metadata'],
  ['ChangedEntitlement', 'metadata'],
  ['ChangedReadingState', 'state'],
])

/** Those of `some` that are not among `others`, each as often as it is missing. A `file` is a `new` on the wire. */
function without(some: readonly Told[], others: readonly Told[]): Told[] {
  const left = others.map(nameOf)
  return some.filter((told) => {
    const at = left.indexOf(nameOf(told))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

function nameOf({ verb, book }: Told): string {
  return `${verb === 'file' ? 'new' : verb} ${book}`
}
