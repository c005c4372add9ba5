import { describe, expect, test } from 'vitest'
import { whoGoes, type Held } from './connections.ts'

const held = (peer: string, doing: Held['doing']): Held => ({ peer, doing })

describe('to make room for one more goes', () => {
  test('the oldest that is idle, of whoever has most of those', () => {
    const all = [
      held('kobo', 'idle'),
      held('stranger', 'answered'),
      held('stranger', 'idle'),
      held('stranger', 'idle'),
    ]
    expect(whoGoes(all)).toBe(2)
  })

  test('one that sends slowly when none is idle', () => {
    expect(whoGoes([held('a', 'answered'), held('b', 'sending'), held('b', 'sending')])).toBe(1)
  })

  test('none while all are being answered', () => {
    expect(whoGoes([held('a', 'answered'), held('b', 'answered')])).toBeUndefined()
    expect(whoGoes([])).toBeUndefined()
  })
})
