import { Problem } from '../problem.ts'
import type { Place } from './contents.store.ts'

/** A place in the contents of a device as text that fits into an address. */
export function writePlace({ sortTitle, id }: Place): string {
  return Buffer.from(`${id} ${sortTitle}`).toString('base64url')
}

/** The place that such a text means. Throws `Problem('invalid')` for any other. */
export function readPlace(text: string): Place {
  const [, id, sortTitle] = /^(\S+) ([^]*)$/.exec(Buffer.from(text, 'base64url').toString()) ?? []
  if (id === undefined || sortTitle === undefined)
    throw new Problem('invalid', 'cursor: take the “next” of the part before.')
  return { id, sortTitle }
}
