import { pageAt } from './page-at.ts'
import { tellHindrance } from './tell-hindrance.ts'

/** Puts a book on shelves and takes it off as soon as that is ticked: the form of its page, of whose answer only what changed is taken. */
export function shelveAtOnce(): void {
  if (!document.querySelector(FORM)) return
  let before = Promise.resolve()
  const keep = (form: HTMLFormElement, fields: FormData): void => {
    // What was kept before says nothing of this.
    tell('')
    before = before.then(() => send(form, asOfNow(fields)))
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

const NOT_KEPT = 'That was not kept: the connection broke off. Press Keep to try again.'

/** What was ticked, against what stands there by now: an answer that came meanwhile may have brought another form. */
function asOfNow(fields: FormData): FormData {
  fields.delete('was')
  for (const input of document.querySelectorAll<HTMLInputElement>(`${FORM} [name="was"]`))
    fields.append('was', input.value)
  return fields
}

async function send(form: HTMLFormElement, fields: FormData): Promise<void> {
  const body = new URLSearchParams()
  for (const [name, value] of fields) if (typeof value === 'string') body.append(name, value)
  const answer = await pageAt(form.action, { method: 'POST', body })
  if (answer.came === 'signed-out') {
    tellHindrance(answer)
    return tell('That was not kept: you were signed out meanwhile.')
  }
  if (answer.came !== 'here') return tell(answer.sentence ?? NOT_KEPT)
  // The book went meanwhile: its page tells.
  if (!answer.page.querySelector(FORM)) return location.reload()
  const focused = document.activeElement?.id ?? ''
  for (const part of PARTS) {
    const now = answer.page.querySelector(part)
    if (now) document.querySelector(part)?.replaceWith(document.adoptNode(now))
  }
  if (focused !== '') document.getElementById(focused)?.focus()
  return tell('Kept.')
}

function tell(sentence: string): void {
  const told = document.querySelector(`${FORM} [role="status"]`)
  if (told) told.textContent = sentence
}
