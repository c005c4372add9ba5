import { bookHasSpan, type BookSpans } from '../artifacts/book-spans.ts'
import type { Artifact } from '../artifacts/artifact.ts'
import { spanMapOf } from '../artifacts/span-map.store.ts'
import type { Db } from '../db/schema.ts'
import type { Location, ReadingState } from '../reading/reading-state.ts'

/**
 * A reading state as a device can be told of it. The location stays where the file that the device was announced has it; on
 * another one it would lead somewhere else or nowhere, and the percentages alone move nobody (docs/protocol/reading-state.md). What a device
 * told itself goes back to it as it came.
 */
export async function stateFor(
  db: Db,
  state: ReadingState,
  to: { device: string | undefined; artifact: Artifact | undefined },
): Promise<ReadingState> {
  const { place } = state
  if (!place?.location || state.origin === to.device) return state
  const spans = to.artifact && (await spanMapOf(db, to.artifact.hash))
  if (isIn(place.location, to.artifact, spans)) return state
  return { ...state, place: { ...place, location: null } }
}

/** A KEPUB of which no spans are known is a ready-made one, and every device has that same one. */
function isIn(
  { source, type, value }: Location,
  artifact: Artifact | undefined,
  spans: BookSpans | undefined,
): boolean {
  if (type !== 'KoboSpan') return artifact !== undefined && artifact.format !== 'KEPUB'
  if (artifact?.format !== 'KEPUB') return false
  return spans === undefined || bookHasSpan(spans, { source, value })
}
