import { attribute, below, elementsOf, wordsOf, type Element } from './html.ts'

/** What a browser shows. */
export type Shown = { status: number; url: string; html: string; headers: Headers }

/** A browser without scripts: it keeps the cookie, follows links and redirects, and sends forms by the words of their buttons. */
export type Browser = {
  /** What it shows now. */
  readonly shown: Shown
  /** The words of the page itself, without what stands on every page. */
  readonly words: string
  /** The cookie of the session as it stands in requests; may be set. */
  cookie: string
  /** The other cookies, by name; may be changed. */
  readonly others: Map<string, string>
  /** A path that redirects are not followed to, so that a test can come between. */
  stopAt: string | undefined
  /** The header with which the last cookie of a session came. */
  readonly lastSetCookie: string
  /** Goes to an address: whole, or relative to the shown page. */
  go(address: string): Promise<Shown>
  /** Follows the first link with these words. */
  follow(words: string): Promise<Shown>
  /** Fills in fields, and presses the first button with these words; `within` names the smallest part that has these words. */
  press(words: string, fields?: Record<string, string | string[]>, within?: string): Promise<Shown>
  /** Sends a form with files by the first button with these words. */
  upload(words: string, parts: FormData): Promise<Shown>
  /** Sends a form by hand, with what headers say beside it. */
  post(
    address: string,
    fields: Record<string, string | string[]>,
    headers?: Record<string, string>,
  ): Promise<Shown>
  /** The address that a form is sent to, and its fields, as the first button with these words would send them. */
  form(words: string, within?: string): { action: string; fields: [string, string][] }
  /** Signs in on the page that is shown or asked for. */
  signIn(name: string, password?: string): Promise<Shown>
}

const HOPS = 8

/** What is within the first part that has these words and no smaller part that has them too: the row, not the section around all rows. */
function innermost(all: Element[], words: string): Element[] {
  const parts = all.filter(
    (each) => /^(?:article|section|tr|li)$/.test(each.tagName) && wordsOf(each).includes(words),
  )
  const smallest = parts.find((part) => !below(part).some((each) => parts.includes(each)))
  return smallest ? below(smallest) : []
}

/**
 * Opens a browser at an address such as `http://127.0.0.1:8190`. `headers` are sent with everything; `hear` is called with the head of
 * every answer, and with what was asked, such as `POST /sign-out`.
 */
export function openBrowser(
  at: string,
  headers: Record<string, string> = {},
  hear: (call: string, answer: { status: number; headers: Headers }) => void = () => {},
): Browser {
  let shown: Shown = { status: 0, url: `${at}/`, html: '', headers: new Headers() }
  let cookie = ''
  const others = new Map<string, string>()
  let lastSetCookie = ''
  let stopAt: string | undefined

  async function ask(address: string, init: RequestInit, hops = 0): Promise<Shown> {
    const url = new URL(address, shown.url)
    const answer = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: {
        ...headers,
        ...cookies(),
        ...(init.headers as Record<string, string> | undefined),
      },
    })
    for (const set of answer.headers.getSetCookie()) take(set)
    hear(`${init.method ?? 'GET'} ${url.pathname}`, answer)
    const html = await answer.text()
    shown = { status: answer.status, url: url.href, html, headers: answer.headers }
    const location = answer.headers.get('location')
    if (location === null || answer.status < 300 || answer.status > 399) return shown
    if (stopAt !== undefined && new URL(location, url).pathname === stopAt) return shown
    if (hops === HOPS) throw new Error('Redirected without end.')
    return ask(location, {}, hops + 1)
  }

  function cookies(): { cookie?: string } {
    const all = [...(cookie === '' ? [] : [cookie]), ...others.values()]
    return all.length === 0 ? {} : { cookie: all.join('; ') }
  }

  /** Keeps a cookie: that of the session apart from the others. */
  function take(set: string): void {
    const pair = set.split(';')[0] ?? ''
    const name = pair.split('=')[0] ?? ''
    const kept = /^[^;=]+=;|Max-Age=0/.test(set) ? '' : pair
    if (/^(?:__Host-)?holdfast$/.test(name)) {
      lastSetCookie = set
      cookie = kept
    } else if (kept === '') others.delete(name)
    else others.set(name, kept)
  }

  function find(tag: string, words: string, within?: string): Element {
    const all = elementsOf(shown.html)
    const part = within === undefined ? all : innermost(all, within)
    const found = part.find((each) => each.tagName === tag && wordsOf(each) === words)
    if (!found) throw new Error(`There is no ${tag} “${words}” on ${shown.url}: ${browser.words}`)
    return found
  }

  const browser: Browser = {
    get shown() {
      return shown
    },
    get words() {
      const main = elementsOf(shown.html).find(({ tagName }) => tagName === 'main')
      return main ? wordsOf(main) : shown.html
    },
    get cookie() {
      return cookie
    },
    set cookie(value) {
      cookie = value
    },
    get stopAt() {
      return stopAt
    },
    set stopAt(value) {
      stopAt = value
    },
    others,
    get lastSetCookie() {
      return lastSetCookie
    },
    go: (address) => ask(address.startsWith('/') ? `${at}${address}` : address, {}),
    follow: (words) => ask(attribute(find('a', words), 'href') ?? '', {}),
    form(words, within) {
      const button = find('button', words, within)
      let form: Element = button
      while (form.tagName !== 'form') form = form.parentNode as Element
      const hidden = below(form).filter((each) => attribute(each, 'type') === 'hidden')
      const own = attribute(button, 'name')
      const fields = hidden.map((each): [string, string] => [
        attribute(each, 'name') ?? '',
        attribute(each, 'value') ?? '',
      ])
      if (own !== undefined) fields.push([own, attribute(button, 'value') ?? ''])
      const action = attribute(button, 'formaction') ?? attribute(form, 'action') ?? ''
      return { action, fields }
    },
    press(words, fields = {}, within) {
      const form = browser.form(words, within)
      return send(form.action, [...form.fields, ...pairsOf(fields)], {
        origin: headers['origin'] ?? new URL(shown.url).origin,
      })
    },
    upload(words, parts) {
      const { action, fields } = browser.form(words)
      for (const [name, value] of fields) parts.set(name, value)
      const { origin } = new URL(shown.url)
      return ask(action, { method: 'POST', body: parts, headers: { origin } })
    },
    post: (address, fields, more = {}) => send(address, pairsOf(fields), more),
    async signIn(name, password = `the password of ${name}`) {
      if (!shown.html.includes('type="password"')) await browser.go('/sign-in')
      return browser.press('Sign in', { name, password })
    },
  }

  function send(address: string, fields: [string, string][], more: Record<string, string>) {
    const body = new URLSearchParams(fields).toString()
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const to = address.startsWith('/') ? `${at}${address}` : address
    return ask(to, { method: 'POST', body, headers: { ...type, ...more } })
  }

  return browser
}

function pairsOf(fields: Record<string, string | string[]>): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  )
}
