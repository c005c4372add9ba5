import type { Page } from 'playwright-core'

/** Presses keys of letters one after the other, all at the same moment: however long the browser takes from one to the next, none comes too late. */
export async function pressInTurn(page: Page, letters: string): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const timestamp = Date.now() / 1000
  for (const key of letters) {
    const how = { key, code: `Key${key.toUpperCase()}`, timestamp }
    await session.send('Input.dispatchKeyEvent', { type: 'keyDown', text: key, ...how })
    await session.send('Input.dispatchKeyEvent', { type: 'keyUp', ...how })
  }
  await session.detach()
}
