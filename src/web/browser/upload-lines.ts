import type { Sent } from './sent.ts'
import { doneOf, sumInWords, type Counts } from './upload-sum.ts'

/** How uploads are told: a sum, and a line for each file. */
export type Lines = {
  /** How it stands with all of them. */
  sum(counts: Counts): void
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
    sum(counts) {
      appear()
      const words = sumInWords(counts)
      sum.textContent = words.sum
      // Only what could not become a book is told there.
      if (words.failed !== undefined)
        sum.append(` ${words.failed}: `, link('errata', 'see Errata'), '.')
      if (words.untaken !== undefined) sum.append(` ${words.untaken}`)
      if (counts.all === doneOf(counts) && counts.added > 0)
        sum.append(' ', link('books?order=newest', 'Show what arrived'))
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
          if ('why' in sent) {
            line.classList.add('stamp')
            words.textContent = `${name}: ${sent.why}`
            return
          }
          line.classList.add('tide')
          words.textContent = `${sent.title} ${sent.outcome === 'known' ? 'was already there' : 'is in the library'}.`
          if (list.childElementCount > SHOWN) list.querySelector('li.tide')?.remove()
        },
      }
    },
  }
}
