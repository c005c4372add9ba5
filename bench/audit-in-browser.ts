import { startChromium } from '../test/support/chromium.ts'

/**
 * Has a Kobo's database at `path` read by a browser, on the page of audits at `address`, and gives how many seconds each time took, from the
 * button until the page that tells what was found.
 */
export async function auditInBrowser(
  address: string,
  path: string,
  times: number,
): Promise<number[]> {
  const chromium = await startChromium()
  try {
    const who = { password: 'a bench of oak' }
    const person = await chromium.signIn(new URL(address).origin, 'bench', who)
    const { page } = person
    const taken: number[] = []
    for (let n = 0; n < times; n += 1) {
      await page.goto(address)
      await page.setInputFiles('#database', path)
      const began = performance.now()
      await page.getByRole('button', { name: 'Audit', exact: true }).click()
      await page.waitForURL(/\/audits\/[\w-]+$/)
      taken.push((performance.now() - began) / 1000)
    }
    await person.leave()
    return taken
  } finally {
    await chromium.close()
  }
}
