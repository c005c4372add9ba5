import { lookAgain } from './look-again.ts'

// The page of a Kobo that is being connected looks again by itself; without this a link does.

const PACE = { first: 3000, slowest: 10_000 }

lookAgain(location.href, PACE, (page) => {
  const [shown, now] = [document.getElementById('lamps'), page.getElementById('lamps')]
  const isNews = shown !== null && now !== null && shown.innerHTML !== now.innerHTML
  if (isNews) shown.replaceWith(document.adoptNode(now))
  if (document.querySelectorAll('#lamps .unlit').length === 0) return 'over'
  return isNews ? 'moving' : 'still'
})
