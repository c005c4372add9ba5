import { TOKEN_MODES } from '../test/invariants/harsh-kobo.ts'
import { live } from '../test/invariants/life.ts'
import { MATRIX_NAMES } from '../test/invariants/matrices.ts'
import { PRODUCT } from '../test/invariants/rules.ts'
import type { Figure } from './table.ts'

/**
 * Lives so many random lives of an unkind device in each matrix and token mode, by the product's own fold, plan and judgement, and
 * counts those that did not end with exactly what the device should hold. The first seeds that failed are told, to be lived again.
 */
export async function lives(count: number, say: (line: string) => void): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const matrix of MATRIX_NAMES)
    for (const mode of TOKEN_MODES) {
      const began = performance.now()
      const failed: string[] = []
      for (let seed = 1; seed <= count; seed++) {
        const broken = live(seed, mode, PRODUCT, matrix)
        if (broken.length > 0) failed.push(`#${seed}: ${broken.join(', ')}`)
      }
      for (const each of failed.slice(0, 5)) say(`${matrix} ${mode} ${each}`)
      const seconds = (performance.now() - began) / 1000
      figures.push({
        what: `failed of ${count} lives, ${matrix}, token mode ${mode}`,
        value: failed.length,
        unit: '',
        goal: 0,
      })
      figures.push({ what: '  lived in', value: seconds, unit: 's' })
    }
  return figures
}
