import type { Answer } from './page-at.ts'

/** Says at the foot of the page why there was no answer to take. The page stays as it is, with what was typed into it. */
export function tellHindrance(hindrance: Exclude<Answer, { came: 'here' }>): void {
  if (hindrance.came === 'signed-out')
    say(hindrance.came, 'You were signed out meanwhile.', 'Sign in again', location.href)
  else if (hindrance.came === 'refused')
    say(hindrance.came, hindrance.sentence ?? 'This page is old.', 'Open it anew', location.href)
  else say(hindrance.came, hindrance.sentence ?? 'Holdfast does not answer. Please try again.')
}

/**
 * Takes back what was said of these, for an answer came. That somebody was signed out stays true: the forms of this page are of the time
 * before.
 */
export function endHindrance(...of: ('away' | 'refused')[]): void {
  const line = document.querySelector<HTMLElement>(LINE)
  if (of.some((each) => each === line?.dataset['of'])) line?.remove()
}

const LINE = '#ribbon > .hindrance'

function say(of: string, sentence: string, words?: string, href?: string): void {
  const shown = document.querySelector<HTMLElement>(LINE)
  if (shown?.dataset['of'] === of) return
  const line = document.createElement('p')
  line.className = 'over hindrance stamp'
  line.dataset['of'] = of
  line.setAttribute('role', 'alert')
  line.append(sentence)
  if (words !== undefined && href !== undefined) {
    const link = document.createElement('a')
    link.href = href
    // Beside this page: what was typed here, or shown here once, is not lost.
    link.target = '_blank'
    link.textContent = words
    line.append(link)
  }
  shown?.remove()
  document.getElementById('ribbon')?.prepend(line)
}
