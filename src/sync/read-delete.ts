import type { Device } from '../devices/device.ts'
import type { Holding } from './holding.ts'
import type { BookFact } from './log.ts'

/**
 * What a DELETE of a device says of a book that it holds so: the same DELETE again, after an answer that was lost, changes nothing; a new one keeps
 * the book off, unless the device's policy is to bring it back.
 */
export function readDelete(
  { state, deleted }: Pick<Holding, 'state' | 'deleted'>,
  policy: Device['onDelete'],
): Extract<BookFact, { kind: 'delete' }> {
  return { kind: 'delete', repeat: state === 'none' && deleted, exclude: policy !== 'bring-back' }
}
