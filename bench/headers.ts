import { bytesOfHead, isPage, type Answer } from '../test/scan/answer.ts'
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
    { what: 'longest head of a page', value: longest(answers.filter(isPage)), unit: 'bytes' },
    { what: 'longest head for a Kobo', value: longest(answers.filter(isKobos)), unit: 'bytes' },
    { what: 'findings', value: findings.length, unit: '', goal: 0, must: true },
  ]
}

function isKobos({ whose }: Answer): boolean {
  return whose === 'kobo'
}

function longest(answers: readonly Answer[]): number {
  return Math.max(...answers.map(bytesOfHead))
}
