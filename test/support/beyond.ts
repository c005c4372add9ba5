import type { Page } from 'playwright-core'

/** What of a page reaches beyond its window at the right, by tag and class: a reader would have to move it sideways. */
export function beyond(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const wide = document.documentElement.clientWidth
    if (document.documentElement.scrollWidth <= wide) return []
    return [...document.querySelectorAll('body *')]
      .filter((each) => each.getBoundingClientRect().right > wide + 1)
      .map((each) => each.tagName + '.' + each.className)
  })()`)
}
