import type { Page } from 'playwright-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openAuditPage, type AuditPage } from '../support/audit-page.ts'
import { bringFrom } from '../support/audit-of.ts'
import { startChromium, type Chromium } from '../support/chromium.ts'
import type { HouseKobo } from '../support/kobo-at.ts'

let chromium: Chromium
beforeAll(async () => {
  chromium = await startChromium()
  return () => chromium.close()
})

let kobo: HouseKobo
let anna: AuditPage['anna']
let written: AuditPage['written']
let close: AuditPage['close']
beforeEach(async () => {
  ;({ kobo, anna, written, close } = await openAuditPage(chromium))
})
afterEach(() => close())

/** What the page says when a whole database is audited at last. */
async function audited(page: Page): Promise<string> {
  await page.setInputFiles('#database', written(bringFrom(kobo).database))
  await page.getByRole('button', { name: 'Audit', exact: true }).click()
  const said = page.getByRole('status').getByText('audit once more')
  await said.waitFor()
  return (await said.textContent()) ?? ''
}

describe('a server that does not answer is told, and not taken for a browser that cannot read', () => {
  const SAID = 'Holdfast does not answer. Reload this page, and audit once more.'

  test('when it is away from the beginning', async () => {
    const page = await anna()
    await page.context().setOffline(true)
    expect(await audited(page)).toBe(SAID)
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Audit', exact: true }).click()
    await page.getByText('3 of 3 confirmed').first().waitFor()
  })

  test('when it goes before the result is sent', async () => {
    const page = await anna()
    await page.route(
      (url) => url.pathname.endsWith('/audits'),
      (route) => route.abort(),
    )
    expect(await audited(page)).toBe(SAID)
  })

  test('when the session is over', async () => {
    const page = await anna()
    await page.context().clearCookies()
    expect(await audited(page)).toBe(SAID)
  })
})
