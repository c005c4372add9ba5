import { pageAt } from './page-at.ts'
import { endHindrance, tellHindrance } from './tell-hindrance.ts'

/** How long somebody must rest while typing before it is searched for, in ms. */
const REST = 150

/** Searches the library while somebody types: the same address as the form asks for, of which only the books are taken. */
export function searchWhileTyping(): void {
  const form = document.querySelector<HTMLFormElement>('form.search')
  const field = form?.querySelector<HTMLInputElement>('input[name="q"]')
  if (!form || !field) return
  form.classList.add('scripted-search')
  let resting: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | undefined
  let shown = field.value.trim()

  const search = async (): Promise<void> => {
    const asked = field.value.trim()
    // Its answer would take the place of what is meant by now, also where that is shown already.
    asking?.abort()
    if (asked === shown) return
    asking = new AbortController()
    const address = addressOf(form)
    try {
      const answer = await pageAt(address, { signal: asking.signal })
      // What was typed stays, and is searched for when the form is sent again.
      if (answer.came !== 'here') return tellHindrance(answer)
      endHindrance('away', 'refused')
      const books = answer.page.getElementById('found')
      if (!books) return location.assign(address)
      document.getElementById('found')?.replaceWith(document.adoptNode(books))
      history.replaceState(null, '', address)
      shown = asked
    } catch (error) {
      // The next letter came, or the last one went.
      if (!(error instanceof DOMException && error.name === 'AbortError')) throw error
    }
    return undefined
  }

  field.addEventListener('input', () => {
    clearTimeout(resting)
    resting = setTimeout(() => void search(), REST)
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    clearTimeout(resting)
    void search()
  })
}

function addressOf(form: HTMLFormElement): string {
  const asked = new URLSearchParams()
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && value.trim() !== '') asked.set(name, value)
  const query = asked.toString()
  return `${form.action}${query === '' ? '' : `?${query}`}`
}
