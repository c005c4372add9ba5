import type { WebContext } from '../visit.ts'

/**
 * Whether the browser that asks says of itself that it can write to a drive which its person picks: a Chromium on a desktop. It says what it
 * is (`Sec-CH-UA`, User-Agent Client Hints) just where it can do that (File System Access): over https, or on the same machine. The few that
 * say so and cannot are found out by the page's script.
 */
export function writesDrives(c: WebContext): boolean {
  const isChromium = c.req.header('sec-ch-ua')?.includes('"Chromium"') === true
  return isChromium && c.req.header('sec-ch-ua-mobile') === '?0'
}
