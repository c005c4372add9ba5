import { openBrowser, type Browser } from '../support/browser.ts'
import { openHouse, type House, type HouseOptions } from '../support/house.ts'
import type { Answer, Finding } from './answer.ts'
import { askRoutes, type Way } from './ask-routes.ts'
import { furnishAll } from './furnish-all.ts'
import { checkAnswer } from './check-answer.ts'

/** What a scan looked at, and what it found. */
export type Scan = { answers: Answer[]; findings: Finding[] }

const PLAIN: Way = { name: 'over http', headers: {}, isTls: false }
const BEHIND: Way = {
  name: 'behind a proxy with TLS',
  headers: {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'books.example',
    origin: 'https://books.example',
  },
  isTls: true,
}
const CONFIGURED: Way = {
  name: 'configured with https',
  headers: { origin: 'https://books.example' },
  isTls: true,
}

/**
 * Scans servers that were just started: one that nobody owns yet, and one with an owner, a book, a shelf and a Kobo; over http, behind a
 * proxy with TLS, and with an address that begins with https. Every route is asked, and who signs in and out is looked over the shoulder.
 */
export async function scanFreshServers(): Promise<Scan> {
  const answers: Answer[] = []
  const scan = async (options: HouseOptions, work: (house: House) => Promise<Answer[]>) => {
    const house = await openHouse({ publicUrl: null, trustedProxies: '127.0.0.1', ...options })
    try {
      answers.push(...(await work(house)))
    } finally {
      await house.close()
    }
  }
  await scan({ isEmpty: true }, (house) => askRoutes(house, PLAIN, {}))
  await scan({}, (house) => walk(house, PLAIN, true))
  await scan({}, (house) => walk(house, BEHIND))
  await scan({ publicUrl: 'https://books.example' }, (house) => walk(house, CONFIGURED))
  return { answers, findings: answers.flatMap(checkAnswer) }
}

async function walk(house: House, way: Way, everything = false): Promise<Answer[]> {
  const target = await furnishAll(house, way.headers)
  const answers = await askRoutes(house, way, { target, everything })
  return [...answers, ...(await signInAndOut(house, way))]
}

/** What somebody is given and what is taken from them: cookies, and what their browser kept. */
async function signInAndOut(house: House, way: Way): Promise<Answer[]> {
  const answers: Answer[] = []
  const signedIn = async () => {
    const browser = openBrowser(house.url, way.headers, (call, { status, headers }) => {
      const endsSession = /^POST \/(?:sign-out|account\/sessions\/)/.test(call) && status === 303
      const { isTls } = way
      answers.push({
        call: `${call}, ${way.name}`,
        status,
        headers,
        whose: 'person',
        isTls,
        endsSession,
      })
    })
    await browser.signIn(house.owner.name)
    return browser
  }
  const leaving: ((browser: Browser) => Promise<unknown>)[] = [
    (browser) => browser.press(`Sign out ${house.owner.name}`),
    (browser) => browser.press('Sign out everywhere'),
    (browser) => browser.press('End this session'),
  ]
  for (const leave of leaving) {
    const browser = await signedIn()
    await browser.go('/account')
    await leave(browser)
  }
  return answers
}
