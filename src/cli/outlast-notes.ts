import { setTimeout } from 'node:timers/promises'
import { NOTE_DELAY } from '../sync/facts.ts'

/** For a server that is busy, in ms. */
const MARGIN = 200

/**
 * Waits until a server that runs beside this command has written what Kobos told it before. Written after what the command decides, it
 * would be taken for news.
 */
export async function outlastNotes(): Promise<void> {
  await setTimeout(NOTE_DELAY + MARGIN)
}
