import type { Sent } from './send-file.ts'

/** How uploads are told: a sum, and a line for each file. */
export type Lines = {
  /** So many of so many are over, of which `failed` failed; `hasNew` when something is in the library that was not before. */
  sum(done: number, all: number, failed: number, hasNew: boolean): void
  /** There was nothing to send. */
  nothing(): void
  /** A line for a file. */
  open(name: string): Line
}

export type Line = { progress: (part: number) => void; end: (sent: Sent) => void }

/** So many lines are shown; what went well makes room for what is under way. */
const SHOWN = 12

/** Tells of uploads in `told`; `root` is the way to the other pages. */
export function openLines(told: HTMLElement, root: string): Lines {
  const list = document.createElement('ul')
  const sum = document.createElement('p')
  const link = (to: string, words: string): HTMLAnchorElement => {
    const made = document.createElement('a')
    made.href = root + to
    made.textContent = words
    return made
  }
  const appear = (): void => {
    if (told.childElementCount === 0) told.append(sum, list)
  }
  return {
    nothing() {
      appear()
      sum.textContent = 'There was no EPUB among that.'
    },
    sum(done, all, failed, hasNew) {
      appear()
      sum.textContent = all === done ? `${done} of ${all}.` : `${done} of ${all}…`
      if (failed > 0)
        sum.append(
          ` ${failed === 1 ? 'One' : failed} could not become ${failed === 1 ? 'a book' : 'books'}: `,
          link('errata', 'see Errata'),
          '.',
        )
      if (all === done && hasNew) sum.append(' ', link('books?order=newest', 'Show what arrived'))
    },
    open(name) {
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
          if (list.childElementCount > SHOWN) list.querySelector('li.tide')?.remove()
        },
      }
    },
  }
}
