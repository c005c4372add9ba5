import type { Page } from 'playwright-core'

/** How often a person pressed something, in the page and in the windows that the machine shows beside it. */
export type Clicks = {
  readonly count: number
  /** What was pressed, in its order. */
  readonly told: readonly string[]
  /** One more in a window of the machine, such as to choose a file, which no page sees. */
  beside(what: string): void
}

/** Counts every press of a pointer in a page from here on: also one that hits nothing. Keys are not counted. */
export async function countClicks(page: Page): Promise<Clicks> {
  const told: string[] = []
  await page.exposeFunction('pressed', (what: string) => void told.push(what))
  const listen = `addEventListener('pointerdown', ({ target, isTrusted }) => {
    if (isTrusted) window.pressed(target.textContent.trim().slice(0, 40) || target.id)
  }, true)`
  await page.addInitScript(listen)
  await page.evaluate(listen)
  return {
    get count() {
      return told.length
    },
    told,
    beside: (what) => void told.push(what),
  }
}
