import type { Entry } from '../sync/log.ts'
import type { SyncRecord } from './sync-record.ts'

/** What a sync left in the log, fit to be shown to others: ids of books, no titles, no names of people, no secrets. */
export type Bundle = {
  format: 'holdfast-sync-1'
  sync: { id: string; startedAt: number }
  device: { model: string | null; firmware: string | null; paused: boolean }
  entries: Record<string, unknown>[]
}

/**
 * The bundle of a sync. Pages are named by their place in the log in the place of their ids, for these are what tokens name; so are
 * the ledgers of other pasts. Pure.
 */
export function bundleOf(
  { seq, startedAt, entries, pages }: SyncRecord,
  device: { model: string | null; firmware: string | null; paused: boolean },
): Bundle {
  const { model, firmware, paused } = device
  const names = new Map(pages.map((page) => [page.id, `page ${page.seq}`]))
  const nameOf = (page: string | null): string | null =>
    page === null ? null : (names.get(page) ?? 'page of another past')
  return {
    format: 'holdfast-sync-1',
    sync: { id: String(seq), startedAt },
    device: { model, firmware, paused },
    entries: entries.map((entry) => redacted(entry, nameOf)),
  }
}

function redacted(
  entry: Entry,
  nameOf: (page: string | null) => string | null,
): Record<string, unknown> {
  if (entry.kind === 'page')
    return { ...entry, page: nameOf(entry.page), parent: nameOf(entry.parent) }
  if (entry.kind === 'returned' || entry.kind === 'restored')
    return { ...entry, page: nameOf(entry.page) }
  if (entry.kind !== 'rolled-back') return entry
  const was = entry.was === null ? null : 'another ledger'
  return { ...entry, page: nameOf(entry.page), was }
}
