import { expect, test } from 'vitest'
import { TOKEN_MODES, type TokenMode } from './harsh-kobo.ts'
import { live } from './life.ts'
import { mutant } from './mutant.ts'

const LIVES = 60

/**
 * What one more `continue` after the last page would do: the device comes again at once, its token confirms everything, and the answer
 * is empty. docs/decisions/0012-no-continue-to-confirm.md
 */
test('one more continue would confirm at once, and costs devices their token that store only the last one', async () => {
  const rules = await mutant([
    {
      file: 'page.ts',
      from: 'due.length > page.length && sent < budget',
      to: 'page.length > 0 && session.sent < budget',
    },
  ])
  const broken = (mode: TokenMode): Set<string> =>
    new Set(
      Array.from({ length: LIVES }, (_, index) => live(index + 1, mode, rules)).flatMap(
        (each) => each,
      ),
    )
  const [page, end, pinned] = TOKEN_MODES.map(broken)
  expect([...(page ?? []), ...(pinned ?? [])]).toEqual([])
  expect(end).toContain('amnesia for ever')
})
