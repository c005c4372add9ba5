// The page of a Kobo that is being connected looks again by itself; without this a link does.

const EVERY = 3_000

setTimeout(look, EVERY)

async function look(): Promise<void> {
  try {
    const answer = await fetch(location.href)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    const now = page.getElementById('lamps')
    // What signed the person out, or took the Kobo away, is told by the page itself.
    if (!answer.ok || now === null) return location.reload()
    const shown = document.getElementById('lamps')
    if (shown !== null && shown.innerHTML !== now.innerHTML)
      shown.replaceWith(document.adoptNode(now))
    if (document.querySelectorAll('#lamps .unlit').length === 0) return undefined
  } catch (error) {
    // Wi-Fi comes and goes.
    if (!(error instanceof TypeError)) throw error
  }
  setTimeout(look, EVERY)
  return undefined
}
