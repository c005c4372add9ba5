import { scanFreshServers } from '../test/scan/scan.ts'
import type { Figure } from './table.ts'

/** Asks servers that were just started by every route, and tells every finding about the headers of their answers. */
export async function headers(say: (line: string) => void): Promise<Figure[]> {
  say('Asking every route, over http and with TLS …')
  const { answers, findings } = await scanFreshServers()
  for (const { call, header, says } of findings) say(`FINDING ${call}: ${header} ${says}`)
  const calls = new Set(answers.map(({ call }) => call))
  return [
    { what: 'answers looked at', value: answers.length, unit: '' },
    { what: 'different calls', value: calls.size, unit: '' },
    { what: 'findings', value: findings.length, unit: '', goal: 0, must: true },
  ]
}
