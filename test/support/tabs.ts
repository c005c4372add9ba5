import type { Page } from 'playwright-core'

/** How many tabs a page is waited for in at once: while one waits for silence, others have something to do. */
const TABS = 5

/**
 * Does `work` for each of `all`, several at once, each time in a tab of its own of the window of `page`. The answers are in the order of
 * `all`. Throws what was thrown first.
 */
export async function inTabs<One, Answer>(
  page: Page,
  all: readonly One[],
  work: (tab: Page, one: One) => Promise<Answer>,
): Promise<Answer[]> {
  const answers = new Map<number, Answer>()
  const waiting = [...all.entries()]
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const tab = await page.context().newPage()
      answers.set(next[0], await work(tab, next[1]))
      await tab.close()
    }
  }
  await Promise.all(Array.from({ length: TABS }, lane))
  return all.map((_, at) => answers.get(at) as Answer)
}
