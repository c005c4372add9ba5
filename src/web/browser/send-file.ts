/** What became of a file. */
export type Sent =
  | { outcome: 'added' | 'known' | 'restored'; title: string }
  | { outcome: 'failed'; why: string }

/** Sends one file to a form's address; `progress` hears which part of it has left, from 0 to 1. Never fails: that is an outcome. */
export function sendFile(
  action: string,
  file: File,
  progress: (part: number) => void,
): Promise<Sent> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest()
    const fail = (why: string): void => resolve({ outcome: 'failed', why })
    call.open('POST', action)
    call.setRequestHeader('accept', 'application/json')
    call.upload.addEventListener('progress', ({ loaded, total }) => progress(loaded / total))
    call.addEventListener('load', () => {
      const sent = call.status === 200 ? readSent(call.responseText) : undefined
      if (sent) resolve(sent)
      else fail('it was not taken. Please open the page anew, and try again.')
    })
    call.addEventListener('error', () => fail('the connection broke off. Please try again.'))
    const form = new FormData()
    form.set('file', file, file.name)
    call.send(form)
  })
}

function readSent(text: string): Sent | undefined {
  try {
    const told: unknown = JSON.parse(text)
    if (typeof told !== 'object' || told === null || !('files' in told)) return undefined
    return Array.isArray(told.files) ? told.files.find(isSent) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isSent(told: unknown): told is Sent {
  return typeof told === 'object' && told !== null && 'outcome' in told
}
