import type { Entry } from '../sync/log.ts'

/** A request of a device, as far as the log knows of it: what it asked for, of which book, and what it was sent. */
export type KnownRequest = { at: number; call: string; bookId?: string; operations?: number }

/** What the log tells of a device's requests. Most leave no trace there: they are answered alike, whoever asks. Pure. */
export function requestsIn(entries: readonly Entry[]): KnownRequest[] {
  return entries.flatMap((entry, index): KnownRequest[] => {
    const { at, kind } = entry
    if (kind === 'page') return [{ at, call: 'library-sync', operations: entry.operations.length }]
    // It follows the last page, or answers a sync for which nothing was due.
    if (kind === 'complete' && entries[index - 1]?.kind !== 'page')
      return [{ at, call: 'library-sync', operations: 0 }]
    const call = CALLS.get(kind)
    if (call === undefined) return []
    return [{ at, call, ...('book' in entry && { bookId: entry.book }) }]
  })
}

const CALLS: ReadonlyMap<string, string> = new Map<Entry['kind'], string>([
  ['metadata-asked', 'metadata'],
  ['cover-asked', 'cover'],
  ['annotations-asked', 'annotations'],
  ['tagged', 'tag'],
  ['download-begun', 'download'],
  ['state', 'state'],
  ['annotation', 'annotation'],
  ['delete', 'delete'],
  ['list', 'list'],
  ['activation', 'activation'],
])
