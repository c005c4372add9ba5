/** What an address answered: a page, or why there is none. `sentence` is what the server says of it, where it says something. */
export type Answer =
  | { came: 'here'; page: Document }
  | { came: 'signed-out' }
  | { came: 'away' | 'refused'; sentence: string | undefined }

/** Asks for a page of ours, or sends it a form. Fails only where `init` has it aborted: that nobody answers is an answer. */
export async function pageAt(address: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const answer = await fetch(address, init)
    if (isSignIn(answer.url)) return { came: 'signed-out' }
    const text = await answer.text()
    if (!answer.ok)
      return { came: isPassing(answer.status) ? 'away' : 'refused', sentence: sentenceIn(text) }
    return { came: 'here', page: new DOMParser().parseFromString(text, 'text/html') }
  } catch (error) {
    // Wi-Fi comes and goes. So it is as well for whoever leaves the page meanwhile.
    if (!(error instanceof TypeError)) throw error
    return { came: 'away', sentence: undefined }
  }
}

/** Whether an answer came from the page where people sign in: whoever is signed out is sent there. */
export function isSignIn(url: string): boolean {
  const { pathname } = new URL('sign-in', rootHere())
  return url !== '' && new URL(url).pathname === pathname
}

/** What a page that tells of a problem says of it. */
export function sentenceIn(html: string): string | undefined {
  const page = new DOMParser().parseFromString(html, 'text/html')
  return page.querySelector('main .problem .lead')?.textContent ?? undefined
}

function rootHere(): URL {
  return new URL(document.body.dataset['root'] ?? './', document.baseURI)
}

/** Too many at once, a busy disk, or a server that starts: later it is otherwise. */
function isPassing(status: number): boolean {
  return status >= 500 || status === 429
}
