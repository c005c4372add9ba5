import { lookAgain } from './look-again.ts'

const PACE = { first: 2000, slowest: 30_000 }

/** What the server says is under way, and of that what comes in. Other lines are ours. */
const LINES = ':scope > p:not(.over)'
const IMPORTS = '#ribbon > [data-work="imports"]'
const END = '#ribbon > .end'

/** Keeps the line of what is under way as it is now, by the page that tells of it. */
export function keepRibbon(): void {
  const ribbon = document.getElementById('ribbon')
  const address = ribbon?.dataset['ask']
  if (!ribbon || address === undefined) return
  lookAgain(address, PACE, (page) => {
    const wereComing = document.querySelector(IMPORTS) !== null
    take(page, ribbon, address)
    const areComing = document.querySelector(IMPORTS) !== null
    if (areComing) document.querySelector(END)?.remove()
    else if (wereComing) tellOfEnd(ribbon)
    return ribbon.querySelector(LINES) ? 'moving' : 'still'
  })
}

/** Puts what is so now in the place of what was. */
function take(page: Document, ribbon: HTMLElement, address: string): void {
  const [old, now] = [linesOf(ribbon), linesOf(page.getElementById('ribbon'))]
  if (textOf(old) === textOf(now)) return
  // Its links are those of another page, where that lies deeper or less deep.
  for (const line of now)
    for (const each of line.querySelectorAll('a')) each.href = hrefFrom(address, each)
  for (const line of old) line.remove()
  ribbon.prepend(...now)
}

function linesOf(ribbon: Element | null): Element[] {
  return ribbon ? [...ribbon.querySelectorAll(LINES)] : []
}

function textOf(lines: Element[]): string {
  return lines.map(({ textContent }) => textContent).join('\n')
}

function hrefFrom(address: string, link: HTMLAnchorElement): string {
  return new URL(link.getAttribute('href') ?? '', new URL(address, location.href)).pathname
}

/** What came is not put before somebody who reads: it is said where it can be seen. */
function tellOfEnd(ribbon: HTMLElement): void {
  if (!document.querySelector('form.search, .add')) return
  // Whoever sent it from this page was told already.
  if (document.querySelector('#uploads > *')) return
  const line = document.createElement('p')
  line.className = 'over end'
  const see = document.createElement('a')
  see.href = '?order=newest'
  see.textContent = 'Show what arrived'
  line.append('Everything is in. ', see)
  ribbon.append(line)
}
