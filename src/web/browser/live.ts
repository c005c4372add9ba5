import { lookAgain } from './look-again.ts'
import { pageAt } from './page-at.ts'

// The page of a Kobo looks by itself whether that syncs; without this it tells so when it is loaded.

/** A sync is told of for a minute after its last request: none is missed. */
const PACE = { first: 4000, slowest: 20_000 }
/** What is told anew when a sync is over. The books stay as they are: somebody may be choosing among them. */
const RENEWED = ['plate', 'next', 'agreeing', 'timeline', 'waits', 'proofs']

const shown = document.getElementById('now')
const address = shown?.dataset['now']
if (shown && address !== undefined) lookAgain(address, PACE, (page) => take(page, shown))

async function take(page: Document, shown: HTMLElement): Promise<'moving' | 'still'> {
  const now = page.getElementById('now')
  if (now && now.innerHTML !== shown.innerHTML) {
    const isOver = shown.childElementCount > 0 && now.childElementCount === 0
    shown.replaceChildren(...now.childNodes)
    shown.className = now.className
    if (isOver) await renew()
  }
  return shown.childElementCount > 0 ? 'moving' : 'still'
}

async function renew(): Promise<void> {
  const answer = await pageAt(location.href)
  if (answer.came !== 'here') return
  for (const id of RENEWED) {
    const [old, new_] = [document.getElementById(id), answer.page.getElementById(id)]
    if (old && new_ && old.outerHTML !== new_.outerHTML) old.replaceWith(document.adoptNode(new_))
  }
}
