import type { Entry } from '../sync/log.ts'

/**
 * When a sync ended, epoch ms: the entry before the first `silence` (ms) in which nothing was downloaded. What a reader does on the Kobo
 * hours later belongs to it, and does not make it longer. A download may take ten times as long. Pure.
 */
export function endOf(entries: readonly Entry[], silence: number): number {
  const downloading = new Set<string>()
  let end = entries[0]?.at ?? 0
  for (const entry of entries) {
    if (entry.at - end >= silence * (downloading.size > 0 ? 10 : 1)) break
    if (entry.kind === 'download-begun') downloading.add(entry.book)
    if (entry.kind === 'download-completed') downloading.delete(entry.book)
    end = Math.max(end, entry.at)
  }
  return end
}
