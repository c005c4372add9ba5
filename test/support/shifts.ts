import { expect } from 'vitest'
import type { Page } from 'playwright-core'

/** How much of a page may move after it was first seen: a fifth of what is called good. */
export const MOST_SHIFT = 0.02

/** Watches, from now on, what moves on each page that is shown. */
export function watchShifts(page: Page): Promise<unknown> {
  return page.addInitScript(`
    window.shifts = []
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries())
        if (!hadRecentInput)
          window.shifts.push([value, sources.map(({ node }) => node?.parentElement?.tagName + ' ' + (node?.id || node?.className || node?.nodeName)).join(', ')])
    }).observe({ type: 'layout-shift', buffered: true })`)
}

/** How much moved on a watched page, and what: after the fonts came and two frames were drawn with them. */
export async function shiftsOn(page: Page): Promise<{ sum: number; told: string }> {
  const shifts = await page.evaluate<[number, string][]>(`(async () => {
    await document.fonts.ready
    for (let n = 0; n < 2; n += 1) await new Promise((resolve) => requestAnimationFrame(resolve))
    return window.shifts
  })()`)
  return { sum: shifts.reduce((all, [value]) => all + value, 0), told: JSON.stringify(shifts) }
}

/** What moved on a watched page, when it was too much. */
export async function movedOn(page: Page, name: string): Promise<string[]> {
  const { sum, told } = await shiftsOn(page)
  return sum < MOST_SHIFT ? [] : [`${name}: ${sum} ${told}`]
}

/** Resolves when something of a page is seen. */
export async function painted(page: Page, name: string): Promise<void> {
  const seen = `performance.getEntriesByName('first-contentful-paint').length > 0`
  await expect.poll(() => page.evaluate(seen), { message: name, timeout: 10_000 }).toBe(true)
}
