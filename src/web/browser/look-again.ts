import { nextLook, type Came, type Pace } from './next-look.ts'
import { pageAt } from './page-at.ts'
import { endHindrance, tellHindrance } from './tell-hindrance.ts'

/** What is made of a page that was looked at. */
type Take = (page: Document) => Taken | Promise<Taken>
type Taken = 'moving' | 'still' | 'over'

/**
 * Looks again and again at the page at `address` and has `take` make something of it: ever more rarely while nothing moves or nobody answers,
 * and not at all while nobody sees this page. Whoever comes back to it sees at once what is so by then.
 */
export function lookAgain(address: string, pace: Pace, take: Take): void {
  let delay = pace.first
  let isLooking = false
  let timer: ReturnType<typeof setTimeout> | undefined

  async function look(): Promise<void> {
    isLooking = true
    const next = nextLook(delay, await lookOnce(address, take), pace)
    isLooking = false
    if (next === undefined) return document.removeEventListener('visibilitychange', turn)
    delay = next
    return wait()
  }

  function wait(): void {
    if (!document.hidden) timer = setTimeout(() => void look(), delay)
  }

  function turn(): void {
    clearTimeout(timer)
    if (document.hidden) return
    delay = pace.first
    if (!isLooking) void look()
  }

  document.addEventListener('visibilitychange', turn)
  wait()
}

async function lookOnce(address: string, take: Take): Promise<Came> {
  try {
    const answer = await pageAt(address)
    if (answer.came === 'here') {
      // What is refused elsewhere on this page still is.
      endHindrance('away')
      return await take(answer.page)
    }
    // Nobody asked for this: that the server is away for a while concerns nobody.
    if (answer.came !== 'away') tellHindrance(answer)
    return answer.came
  } catch (error) {
    reportError(error)
    return 'away'
  }
}
