import { filesIn } from './dropped-files.ts'
import { sendFile, type Sent } from './send-file.ts'

/** Sends what is chosen or dropped on the page file by file, and tells how far each is. */
export function dropBooks(): void {
  const form = document.querySelector<HTMLFormElement>('#add')
  const told = document.querySelector<HTMLElement>('#uploads')
  const field = form?.querySelector<HTMLInputElement>('input[type="file"]')
  if (!form || !told || !field) return
  const queue = openQueue(form.action, told)

  // What is chosen is meant, also before this came; the button is for whoever has chosen nothing yet.
  const takeChosen = (): void => {
    if (!field.files || field.files.length === 0) return
    queue([...field.files])
    field.value = ''
  }
  takeChosen()
  field.required = false
  field.addEventListener('change', takeChosen)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    field.click()
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
  document.addEventListener('dragover', (event) => event.preventDefault())
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    over = 0
    mark()
    // Only within the event can it be read what was dropped.
    if (event.dataTransfer) void filesIn(event.dataTransfer).then(queue)
  })
}

/** Two at once: the server imports while the next arrives. */
const LANES = 2

function openQueue(action: string, told: HTMLElement): (files: File[]) => void {
  const list = document.createElement('ul')
  const sum = document.createElement('p')
  const waiting: (() => Promise<void>)[] = []
  let lanes = 0
  let done = 0
  let all = 0
  let hasNew = false
  let hasFailed = false

  const say = (): void => {
    sum.textContent = all === done ? `${done} of ${all}.` : `${done} of ${all}…`
    if (all !== done || !hasNew) return
    const see = document.createElement('a')
    see.href = `${new URL(action).pathname}?order=newest`
    // An empty library has nothing else to look at.
    if (told.dataset['shows'] !== undefined && !hasFailed) {
      location.assign(`${see.href}&added=${all}`)
      return
    }
    see.textContent = 'Show what arrived'
    sum.append(' ', see)
  }

  const work = async (): Promise<void> => {
    lanes += 1
    for (let next = waiting.shift(); next; next = waiting.shift()) await next()
    lanes -= 1
  }

  return (files) => {
    const books = files.filter(({ name }) => /\.epub$/i.test(name))
    if (told.childElementCount === 0) told.append(sum, list)
    if (books.length === 0) {
      sum.textContent = 'There was no EPUB among that.'
      return
    }
    all += books.length
    for (const file of books) {
      const line = openLine(list, file.name)
      waiting.push(async () => {
        const sent = await sendFile(action, file, line.progress)
        line.end(sent)
        done += 1
        hasNew ||= sent.outcome !== 'failed'
        hasFailed ||= sent.outcome === 'failed'
        say()
      })
    }
    say()
    for (let free = LANES - lanes; free > 0; free -= 1) void work()
  }
}

type Line = { progress: (part: number) => void; end: (sent: Sent) => void }

/** So many lines are shown; what went well makes room for what is under way. */
const SHOWN = 12

function openLine(list: HTMLElement, name: string): Line {
  const line = document.createElement('li')
  const words = document.createElement('span')
  const bar = document.createElement('progress')
  words.textContent = name
  bar.max = 1
  bar.value = 0
  bar.setAttribute('aria-label', name)
  line.append(words, bar)
  list.append(line)
  return {
    progress: (part) => {
      bar.value = part
    },
    end: (sent) => {
      bar.remove()
      if (sent.outcome === 'failed') {
        line.classList.add('stamp')
        words.textContent = `${name}: ${sent.why}`
        return
      }
      line.classList.add('tide')
      words.textContent = `${sent.title} ${sent.outcome === 'known' ? 'was here already' : 'is in the library'}.`
      const well = list.querySelectorAll('li.tide')
      if (list.childElementCount > SHOWN) well[0]?.remove()
    },
  }
}
