// The page of a Kobo looks by itself whether that syncs; without this it tells so when it is loaded.

const EVERY = 4_000
/** What is told anew when a sync is over. The books stay as they are: somebody may be choosing among them. */
const RENEWED = ['plate', 'next', 'agreeing', 'timeline', 'waits', 'proofs']

setTimeout(look, EVERY)

async function look(): Promise<void> {
  const shown = document.getElementById('now')
  const address = shown?.dataset['now']
  if (shown && address !== undefined && !document.hidden) await lookAt(shown, address)
  setTimeout(look, EVERY)
}

async function lookAt(shown: HTMLElement, address: string): Promise<void> {
  const page = await pageAt(address)
  const now = page?.getElementById('now')
  if (!now || now.innerHTML === shown.innerHTML) return
  const isOver = shown.childElementCount > 0 && now.childElementCount === 0
  shown.replaceChildren(...now.childNodes)
  shown.className = now.className
  if (isOver) await renew()
}

async function renew(): Promise<void> {
  const page = await pageAt(location.href)
  for (const id of RENEWED) {
    const [old, new_] = [document.getElementById(id), page?.getElementById(id)]
    if (old && new_ && old.outerHTML !== new_.outerHTML) old.replaceWith(document.adoptNode(new_))
  }
}

/** Wi-Fi comes and goes, and sessions end: then the page stays as it is. */
async function pageAt(address: string): Promise<Document | undefined> {
  try {
    const answer = await fetch(address)
    if (!answer.ok || answer.redirected) return undefined
    return new DOMParser().parseFromString(await answer.text(), 'text/html')
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}
