import { droppedIn, type Dropped } from './dropped-files.ts'
import { sendFile } from './send-file.ts'
import { UNREAD, type Sent } from './sent.ts'
import { openLines, type Line } from './upload-lines.ts'
import { counting, doneOf, NONE, type Counts } from './upload-sum.ts'

/** Sends what is chosen, or dropped anywhere on any page, file by file, and tells how far each is. */
export function dropBooks(): void {
  const root = document.body.dataset['root'] ?? './'
  const form = document.querySelector<HTMLFormElement>('#add')
  const action = form?.action ?? addressOfBooks(root)
  // The page of audits takes what is dropped for itself.
  if (action === undefined || document.getElementById('audit')) return
  const queue = openQueue(action, root)

  const field = form?.querySelector<HTMLInputElement>('#file')
  if (form && field) takeAtOnce(form, field, queue)
  const folder = form?.querySelector<HTMLInputElement>('#folder')
  folder?.addEventListener('change', () => {
    queue({ files: [...(folder.files ?? [])], unread: [] })
    folder.value = ''
  })

  let over = 0
  const mark = (): void => void document.body.classList.toggle('dropping', over > 0)
  document.addEventListener('dragenter', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    over += 1
    mark()
  })
  document.addEventListener('dragleave', () => {
    over = Math.max(0, over - 1)
    mark()
  })
  document.addEventListener('dragover', (event) => {
    if (!isForField(event)) event.preventDefault()
  })
  document.addEventListener('drop', (event) => {
    over = 0
    mark()
    if (isForField(event)) return
    event.preventDefault()
    // Only within the event can it be read what was dropped.
    if (event.dataTransfer) void droppedIn(event.dataTransfer).then(queue)
  })
}

/** What is chosen is meant, also before this came; the button is for whoever has chosen nothing yet. */
function takeAtOnce(
  form: HTMLFormElement,
  field: HTMLInputElement,
  queue: (dropped: Dropped) => void,
): void {
  const take = (): void => {
    if (!field.files || field.files.length === 0) return
    queue({ files: [...field.files], unread: [] })
    field.value = ''
  }
  take()
  field.required = false
  field.addEventListener('change', take)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    field.click()
  })
}

/** Where books are sent from a page without the form for them, with the token that every form of the page carries. */
function addressOfBooks(root: string): string | undefined {
  const token = document.querySelector<HTMLInputElement>('.foot input[name="token"]')?.value
  return token === undefined ? undefined : `${root}books?token=${encodeURIComponent(token)}`
}

/** A field for files takes what is dropped on it by itself. */
function isForField({ target }: DragEvent): boolean {
  return target instanceof HTMLInputElement && target.type === 'file'
}

/** Two at once: the server imports while the next arrives. */
const LANES = 2

function openQueue(action: string, root: string): (dropped: Dropped) => void {
  const lines = openLines(placeToTell(), root)
  const waiting: (() => Promise<void>)[] = []
  let lanes = 0
  let counts = NONE
  const say = (): void => {
    const { all, added, known } = counts
    if (added > 0 && added + known === all && isAlone()) showWhatArrived(action, counts)
    else lines.sum(counts)
  }

  // Whoever leaves the page would leave the rest behind.
  addEventListener('beforeunload', (event) => {
    if (doneOf(counts) < counts.all) event.preventDefault()
  })

  const work = async (): Promise<void> => {
    lanes += 1
    for (let next = waiting.shift(); next; next = waiting.shift()) await next()
    lanes -= 1
  }

  const end = (line: Line, sent: Sent): void => {
    line.end(sent)
    counts = counting(counts, sent)
    say()
  }

  return ({ files, unread }) => {
    const books = files.filter(({ name }) => isBook(name))
    const unreadBooks = unread.filter(({ name, isFolder }) => isFolder || isBook(name))
    if (books.length + unreadBooks.length === 0) return lines.nothing()
    counts = { ...counts, all: counts.all + books.length + unreadBooks.length }
    for (const { name } of unreadBooks) end(lines.open(name), UNREAD)
    for (const file of books) {
      const line = lines.open(file.name)
      waiting.push(async () => end(line, await sendFile(action, file, line.progress)))
    }
    say()
    for (let free = LANES - lanes; free > 0; free -= 1) void work()
    return undefined
  }
}

function isBook(name: string): boolean {
  return /\.epub$/i.test(name)
}

/** An empty library has nothing else to look at than what arrived. */
function isAlone(): boolean {
  return document.getElementById('uploads')?.dataset['shows'] !== undefined
}

function showWhatArrived(action: string, { added, known }: Counts): void {
  location.assign(`${new URL(action).pathname}?order=newest&added=${added}&known=${known}`)
}

function placeToTell(): HTMLElement {
  const there = document.getElementById('uploads')
  if (there) return there
  const made = document.createElement('div')
  made.id = 'uploads'
  made.setAttribute('role', 'status')
  document.getElementById('main')?.prepend(made)
  return made
}
