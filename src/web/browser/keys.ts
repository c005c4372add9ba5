/** How long the second key of a pair may take, in ms. */
const PAIR = 1500

const PLACES: Readonly<Record<string, string>> = {
  l: 'books',
  s: 'shelves',
  d: 'devices',
  e: 'errata',
  c: 'colophon',
}

/** Listens for keys: `/` searches, `g` and a letter goes, `j` and `k` move between books, `?` tells of these. */
export function listenForKeys(): void {
  const root = document.body.dataset['root'] ?? './'
  let goingSince = 0
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    const isGoing = event.timeStamp - goingSince < PAIR
    goingSince = 0
    const place = isGoing ? PLACES[event.key] : undefined
    if (place !== undefined) location.assign(root + place)
    else if (event.key === 'g') goingSince = event.timeStamp
    else if (event.key === '/') search(root)
    else if (event.key === 'j') move(1)
    else if (event.key === 'k') move(-1)
    else if (event.key === '?') location.assign(`${root}colophon#keys`)
    else return
    event.preventDefault()
  })
  if (location.hash === '#search') search(root)
}

function search(root: string): void {
  const field = document.querySelector<HTMLInputElement>('form.search input[name="q"]')
  if (!field) return location.assign(`${root}books#search`)
  field.focus()
  field.select()
}

function move(by: 1 | -1): void {
  const stops = [
    ...document.querySelectorAll<HTMLElement>(
      'main :is(.reading, .arrived, .covers, .lines, .spines) :is(a, input), main .where-it-is h3 a, main article h2, main td a, main th a',
    ),
  ]
  const at = stops.findIndex((stop) => stop === document.activeElement)
  const next = stops[at < 0 && by < 0 ? stops.length - 1 : at + by]
  if (!next) return
  if (!next.matches('a, input')) next.tabIndex = -1
  next.focus()
  next.scrollIntoView({ block: 'nearest' })
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('input:not([type="checkbox"]), textarea, select, [contenteditable]')
  )
}
