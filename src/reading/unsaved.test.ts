import { describe, expect, test } from 'vitest'
import { mayBeUnsaved, type Calls, type FileEvent } from './unsaved.ts'

const NO_CALLS: Calls = { verified: null, unverified: [] }

/** Events in this order, one each ten ms. */
const told = (...kinds: FileEvent['kind'][]): FileEvent[] =>
  kinds.map((kind, n) => ({ kind, at: 10 * (n + 1) }))

describe('highlights of a book', () => {
  test.each<[string, FileEvent['kind'][]]>([
    ['fetched from here, filled from here', ['begun', 'completed', 'asked']],
    ['filled from here before its end was written down', ['begun', 'asked', 'completed']],
    ['filled from here though its end was never written down', ['begun', 'asked']],
    ['fetched by a Kobo that asks for none, and that calls', ['begun', 'completed', 'called']],
    ['read since', ['begun', 'completed', 'asked', 'shown', 'called']],
    ['there before, and then fetched from here', ['shown', 'begun', 'completed', 'asked']],
    [
      'there before, gone, and fetched',
      ['shown', 'called', 'ended', 'begun', 'completed', 'asked'],
    ],
    ['never whole', ['begun', 'cut']],
    ['never whole, and tried again', ['begun', 'cut', 'begun', 'cut']],
    ['whole at last', ['begun', 'cut', 'begun', 'completed', 'asked']],
    [
      'of another day, and then fetched again',
      ['begun', 'completed', 'forgotten', 'begun', 'asked'],
    ],
  ])('are stored when it was %s', (_, kinds) => {
    expect(mayBeUnsaved(told(...kinds), NO_CALLS)).toBe(false)
  })

  test.each<[string, FileEvent['kind'][]]>([
    ['nobody saw how it came', []],
    ['it was there before any download from here', ['shown', 'called']],
    ['it was there before, and the download is not known to be complete', ['shown', 'begun']],
    ['it was there before, and the download only began', ['shown', 'begun', 'called']],
    ['no call ever arrived since it was fetched', ['begun', 'completed', 'shown']],
    ['calls arrived only before it was fetched', ['called', 'begun', 'completed']],
    ['it was fetched again and no call arrived since', ['begun', 'asked', 'begun', 'completed']],
    ['its download broke off and it is there all the same', ['begun', 'cut', 'shown']],
    ['it was there before, and the download broke off', ['shown', 'begun', 'cut']],
    ['it was whole, and another download broke off', ['begun', 'completed', 'begun', 'cut']],
    ['the Kobo or the server was put back', ['begun', 'completed', 'asked', 'forgotten', 'called']],
    ['it left and is there without a download', ['begun', 'completed', 'asked', 'ended', 'shown']],
  ])('may be lost when %s', (_, kinds) => {
    expect(mayBeUnsaved(told(...kinds), NO_CALLS)).toBe(true)
  })

  test('count as heard when the Kobo called about any book since the download began', () => {
    const fetched = told('begun', 'completed')
    expect(mayBeUnsaved(fetched, { verified: 9, unverified: [] })).toBe(true)
    expect(mayBeUnsaved(fetched, { verified: 10, unverified: [] })).toBe(false)
  })

  test('may be elsewhere when somebody without a token of ours told of them since the download', () => {
    const fetched = told('begun', 'completed', 'asked')
    expect(mayBeUnsaved(fetched, { verified: null, unverified: [9] })).toBe(false)
    expect(mayBeUnsaved(fetched, { verified: null, unverified: [9, 10] })).toBe(true)
  })
})
