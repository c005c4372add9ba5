import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** The rules that look at colours. In the dark a page has other colours, and else is the same page. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

/** What an accessibility checker finds serious on the page that is shown: in the light, and in the dark. */
export async function seriousOn(page: Page): Promise<string[]> {
  // Until its style has come a page has the colours of the browser.
  await page.waitForLoadState('load')
  // By the protocol and not as an element: the policy of the page lets no foreign script run.
  await page.evaluate(AXE)
  const found: string[] = []
  // Colours that fade into others would be judged half way.
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  found.push(...(await judged(page, {})))
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  for (const each of await judged(page, { runOnly: OF_COLOURS })) found.push(`in the dark: ${each}`)
  return found
}

function judged(page: Page, how: { runOnly?: string[] }): Promise<string[]> {
  const options = JSON.stringify({ ...how, resultTypes: ['violations'] })
  return page.evaluate<string[]>(`axe.run(${options}).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' | ')))`)
}
