import type { Entry, Operation } from '../sync/log.ts'

/** How much there was of what in a sync: books to which something was sent, and what the device did and told. */
export type SyncCounts = {
  added: number
  files: number
  metadata: number
  removed: number
  states: number
  downloads: number
  reports: number
  highlights: number
  deletions: number
}

/** Counts what was in a sync; what was sent twice, for an answer was lost, counts once. Pure. */
export function countSync(entries: readonly Entry[]): SyncCounts {
  const sent = new Map<Operation['verb'], Set<string>>()
  for (const entry of entries)
    if (entry.kind === 'page')
      for (const { verb, book } of entry.operations)
        sent.set(verb, (sent.get(verb) ?? new Set()).add(book))
  const books = (kind: Entry['kind']): number =>
    new Set(
      entries.flatMap((entry) => ('book' in entry && entry.kind === kind ? [entry.book] : [])),
    ).size
  return {
    added: sent.get('new')?.size ?? 0,
    files: sent.get('file')?.size ?? 0,
    metadata: sent.get('metadata')?.size ?? 0,
    removed: sent.get('removal')?.size ?? 0,
    states: sent.get('state')?.size ?? 0,
    downloads: books('download-completed'),
    reports: books('state'),
    highlights: books('annotation'),
    deletions: books('delete'),
  }
}
