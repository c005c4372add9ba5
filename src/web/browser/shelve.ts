import { pageAt } from './page-at.ts'
import { tellHindrance } from './tell-hindrance.ts'

/** Puts a book on shelves and takes it off as soon as that is ticked: the form of its page, of whose answer only what changed is taken. */
export function shelveAtOnce(): void {
  if (!document.querySelector(FORM)) return
  let before = Promise.resolve()
  let newest = 0
  const keep = (form: HTMLFormElement, fields: FormData): void => {
    // What was kept before says nothing of this.
    tell('')
    // What is ticked, cleared and ticked again is the same form each time, and no button that is pressed twice.
    fields.delete('once')
    const mine = ++newest
    const known = new Set(ticks(document).map(({ value }) => value))
    before = before.then(() => send(form, asOfNow(fields, known), () => mine === newest))
  }
  // The ticks are taken from each answer: what listens to them is the document.
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
    const fields = new FormData(event.target)
    // Pressed twice, it is sent once.
    const field = nameField()
    if (field) field.value = ''
    keep(event.target, fields)
  })
}

const FORM = 'form.shelve'
const TICKS = `${FORM} .ticks`

/** What another shelf changes on the page. */
const PARTS = [TICKS, '.where-it-is']

const NOT_KEPT = 'That was not kept: the connection broke off. Press Keep to try again.'

/**
 * What was ticked among the shelves that stood there then, the `known`, against what stands there by now: an answer that came meanwhile may have
 * brought other ticks, and a shelf that was only just made.
 */
function asOfNow(fields: FormData, known: ReadonlySet<string>): FormData {
  fields.delete('was')
  for (const { value } of document.querySelectorAll<HTMLInputElement>(`${TICKS} [name="was"]`)) {
    fields.append('was', value)
    if (!known.has(value)) fields.append('shelf', value)
  }
  return fields
}

async function send(
  form: HTMLFormElement,
  fields: FormData,
  isNewest: () => boolean,
): Promise<void> {
  const body = new URLSearchParams()
  for (const [name, value] of fields) if (typeof value === 'string') body.append(name, value)
  const answer = await pageAt(form.action, { method: 'POST', body })
  if (answer.came !== 'here') {
    giveBack(body.get('name') ?? '')
    if (answer.came !== 'signed-out') return tell(answer.sentence ?? NOT_KEPT)
    tellHindrance(answer)
    return tell('That was not kept: you were signed out meanwhile.')
  }
  // The book went meanwhile: its page tells.
  if (!answer.page.querySelector(FORM)) return location.reload()
  const focused = document.activeElement?.id ?? ''
  if (!isNewest()) keepTicks(answer.page)
  for (const part of PARTS) {
    const there = answer.page.querySelector(part)
    if (there) document.querySelector(part)?.replaceWith(document.adoptNode(there))
  }
  if (focused !== '') document.getElementById(focused)?.focus()
  if (isNewest()) tell('Kept.')
}

/** What was ticked since, and is on its way, stands on the page that was answered as well. */
function keepTicks(page: Document): void {
  const since = new Map(ticks(document).map(({ value, checked }) => [value, checked]))
  for (const tick of ticks(page)) tick.checked = since.get(tick.value) ?? tick.checked
}

function ticks(page: Document): HTMLInputElement[] {
  return [...page.querySelectorAll<HTMLInputElement>(`${TICKS} [type="checkbox"]`)]
}

/** A name that became no shelf stands where it was typed again, unless another does by now. */
function giveBack(name: string): void {
  const field = nameField()
  if (field?.value === '') field.value = name
}

function nameField(): HTMLInputElement | null {
  return document.querySelector(`${FORM} [name="name"]`)
}

function tell(sentence: string): void {
  const told = document.querySelector(`${FORM} [role="status"]`)
  if (told) told.textContent = sentence
}
