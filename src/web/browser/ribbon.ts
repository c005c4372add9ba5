/** How often it is asked how far work has come: while there is some, and while there is none, in ms. */
const BUSY = 2_000
const IDLE = 15_000

/** How often nothing may be found before a page that lies open asks no more. */
const PATIENCE = 20

/** Keeps the line of what is under way as it is now, by the page that tells of it. */
export function keepRibbon(): void {
  const ribbon = document.getElementById('ribbon')
  if (!ribbon) return
  const { ask } = ribbon.dataset
  let patience = PATIENCE
  if (ask !== undefined) next()

  function next(): void {
    setTimeout(() => void look(), isBusy() ? BUSY : IDLE)
  }

  async function look(): Promise<void> {
    if (document.visibilityState === 'visible') {
      const wasBusy = isBusy()
      if (!(await take(ask ?? ''))) return
      patience = isBusy() ? PATIENCE : patience - 1
      if (wasBusy && !isBusy()) tellOfEnd()
    }
    if (patience > 0) next()
  }
}

function isBusy(): boolean {
  return document.querySelector('#ribbon > p:not(.over)') !== null
}

/** Puts what is so now in the place of what was; false when there is nobody to ask any more. */
async function take(address: string): Promise<boolean> {
  try {
    const answer = await fetch(address)
    // Somebody who is signed out meanwhile is sent to sign in.
    if (answer.redirected) return false
    const now = new DOMParser()
      .parseFromString(await answer.text(), 'text/html')
      .getElementById('ribbon')
    const shown = document.getElementById('ribbon')
    // Its links are those of another page, where that lies deeper or less deep.
    if (now && shown && now.textContent !== shown.textContent) {
      for (const each of now.querySelectorAll('a')) each.href = hrefFrom(address, each)
      shown.replaceChildren(...now.childNodes)
    }
  } catch (error) {
    // Wi-Fi comes and goes.
    if (!(error instanceof TypeError)) throw error
  }
  return true
}

function hrefFrom(address: string, link: HTMLAnchorElement): string {
  return new URL(link.getAttribute('href') ?? '', new URL(address, location.href)).pathname
}

/** What came is not put before somebody who reads: it is said where it can be seen. */
function tellOfEnd(): void {
  if (!document.querySelector('form.search, .add')) return
  // Whoever sent it from this page was told already.
  if (document.querySelector('#uploads > *')) return
  const line = document.createElement('p')
  line.className = 'over'
  const see = document.createElement('a')
  see.href = '?order=newest'
  see.textContent = 'Show what arrived'
  line.append('Everything is in. ', see)
  document.getElementById('ribbon')?.replaceChildren(line)
}
