import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { findChromium } from './find-chromium.ts'

/** A real browser, for what a page does with scripts and what it looks like. One for a test file: `startChromium` in beforeAll. */
export type Chromium = {
  /** A person who signed in at `url`, in a browser window that shares nothing with others. */
  signIn(url: string, name: string, how?: Window & { password?: string }): Promise<Person>
  /** Somebody who did not sign in, at the sign-in page. `also`: other origins that they may go to. */
  visit(url: string, how?: Window & { also?: string[] }): Promise<Person>
  close(): Promise<void>
}

/** How a browser window is: with scripts unless told otherwise, and as which browser it calls itself. */
type Window = { scripts?: boolean; userAgent?: string | undefined }

/** Somebody in front of a browser. */
export type Person = {
  page: Page
  /** Ends the window. Throws when anything was asked of elsewhere, was forbidden by the policy of a page, or was thrown by a script. */
  leave(): Promise<void>
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Even what no page asked for reaches nothing but this machine.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
]

/** Starts a Chromium with a new profile. Throws one sentence where none starts on this machine: then these tests fail. */
export async function startChromium(): Promise<Chromium> {
  const browser = await launch()
  return {
    visit,
    async signIn(url, name, { password = `the password of ${name}`, ...how } = {}) {
      const person = await visit(url, how)
      const { page } = person
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password').fill(password)
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('button', { name: `Sign out ${name}` }).waitFor()
      return person
    },
    close: () => browser.close(),
  }

  async function visit(
    url: string,
    { scripts = true, userAgent, also = [] }: Window & { also?: string[] } = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      javaScriptEnabled: scripts,
      ...(userAgent !== undefined && { userAgent }),
    })
    const faults = faultsIn(context, [new URL(url).origin, ...also])
    const page = await context.newPage()
    await page.goto(`${url}/sign-in`)
    return {
      page,
      async leave() {
        await context.close()
        if (faults.length > 0) throw new Error(faults.join('\n'))
      },
    }
  }
}

async function launch(): Promise<Browser> {
  try {
    const { program, env } = await findChromium()
    return await chromium.launch({
      executablePath: program,
      headless: true,
      args: FLAGS,
      env: { ...process.env, ...env },
    })
  } catch (error) {
    throw new Error(
      `No Chromium starts on this machine. Please install one as /usr/bin/chromium. What was missing: ${missingIn(error)}`,
      { cause: error },
    )
  }
}

function missingIn(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error)
  return /error while loading shared libraries: [^\n]*/.exec(said)?.[0] ?? said
}

function faultsIn(context: BrowserContext, origins: readonly string[]): string[] {
  const faults: string[] = []
  context.on('request', (request) => {
    const { origin: to, protocol } = new URL(request.url())
    if (!origins.includes(to) && protocol !== 'data:' && protocol !== 'blob:')
      faults.push(`Something was asked of elsewhere: ${request.url()}`)
  })
  context.on('console', (message) => {
    if (/Content Security Policy|Permissions[- ]Policy|Cross-Origin/i.test(message.text()))
      faults.push(`A page does what it forbids, or forbids what there is not: ${message.text()}`)
  })
  context.on('weberror', (error) => faults.push(`A script failed: ${error.error().message}`))
  return faults
}
