import { expect, test } from 'vitest'
import { anyOf, parseFault } from './faults.ts'
import { seededRandom } from './random.ts'

const anExchange = { n: 1, method: 'GET', path: '/x', kind: 'api' } as const

test('a fault of the command line hits the nth match of each session', () => {
  const faults = parseFault('cut-reply@100:download#2', Math.random)()
  const at = (kind: 'api' | 'download') => faults({ n: 1, method: 'GET', path: '/x', kind })
  expect([at('download'), at('api'), at('download'), at('download')]).toEqual([
    undefined,
    undefined,
    { kind: 'cut-reply', atByte: 100 },
    undefined,
  ])
  expect(
    parseFault('delay@250:/x', Math.random)()({ n: 1, method: 'GET', path: '/x', kind: 'api' }),
  ).toEqual({
    kind: 'delay',
    ms: 250,
  })
  expect(
    parseFault('slow-reply@9+800:cover', Math.random)()({ ...anExchange, kind: 'cover' }),
  ).toEqual({ kind: 'slow-reply', atByte: 9, ms: 800 })
  expect(() => parseFault('explode:/v1', Math.random)).toThrow('A fault looks like')
})

test('random faults of the command line are as many as asked for', () => {
  const faults = parseFault('random@20', seededRandom(1))()
  const all = Array.from({ length: 1000 }, () => faults(anExchange))
  expect(all.filter(Boolean).length).toBeGreaterThan(150)
  expect(all.filter(Boolean).length).toBeLessThan(250)
})

test('several faults each count for themselves, and the first has its way', () => {
  const second = parseFault('twice:/x#2', Math.random)()
  const always = parseFault('lose-reply:/x#2', Math.random)()
  const faults = anyOf([second, always])
  expect([faults(anExchange), faults(anExchange)?.kind]).toEqual([undefined, 'twice'])
})
