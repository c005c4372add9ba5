/** Puts a book on shelves and takes it off as soon as that is ticked: the form of its page, of whose answer only what changed is taken. */
export function shelveAtOnce(): void {
  if (!document.querySelector(FORM)) return
  let before = Promise.resolve()
  const keep = (form: HTMLFormElement, fields: FormData): void => {
    before = before.then(() => send(form, fields))
  }
  // The form itself is taken from each answer: what listens to it is the document.
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'checkbox') return
    const form = target.closest<HTMLFormElement>(FORM)
    if (!form) return
    const fields = new FormData(form)
    // What is typed beside it is not finished yet.
    fields.delete('name')
    keep(form, fields)
  })
  document.addEventListener('submit', (event) => {
    if (!(event.target instanceof HTMLFormElement) || !event.target.matches(FORM)) return
    event.preventDefault()
    keep(event.target, new FormData(event.target))
  })
}

const FORM = 'form.shelve'

/** What another shelf changes on the page. */
const PARTS = [FORM, '.where-it-is']

async function send(form: HTMLFormElement, fields: FormData): Promise<void> {
  try {
    const body = new URLSearchParams()
    for (const [name, value] of fields) if (typeof value === 'string') body.append(name, value)
    const answer = await fetch(form.action, { method: 'POST', body })
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    if (!answer.ok || !page.querySelector(FORM)) return location.reload()
    const focused = document.activeElement?.id ?? ''
    for (const part of PARTS) {
      const now = page.querySelector(part)
      if (now) document.querySelector(part)?.replaceWith(document.adoptNode(now))
    }
    if (focused !== '') document.getElementById(focused)?.focus()
    tell('Kept.')
  } catch (error) {
    // Wi-Fi comes and goes. So it is as well for whoever leaves the page meanwhile, and who must not be taken back to it.
    if (!(error instanceof TypeError)) throw error
    tell('That was not kept: the connection broke off. Press Keep to try again.')
  }
}

function tell(sentence: string): void {
  const told = document.querySelector(`${FORM} [role="status"]`)
  if (told) told.textContent = sentence
}
