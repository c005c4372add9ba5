import { isSignIn, sentenceIn } from './page-at.ts'
import { BROKEN_OFF, sentOf, type Sent } from './sent.ts'

/** Sends one file to a form's address; `progress` hears which part of it has left, from 0 to 1. Never fails: that is an outcome. */
export function sendFile(
  action: string,
  file: File,
  progress: (part: number) => void,
): Promise<Sent> {
  return new Promise((resolve) => {
    const call = new XMLHttpRequest()
    call.open('POST', action)
    call.setRequestHeader('accept', 'application/json')
    call.upload.addEventListener('progress', ({ loaded, total }) => progress(loaded / total))
    call.addEventListener('load', () => {
      const { status, responseText: text, responseURL } = call
      resolve(sentOf({ status, isSignIn: isSignIn(responseURL), text, sentence: sentenceIn(text) }))
    })
    call.addEventListener('error', () => resolve(BROKEN_OFF))
    const form = new FormData()
    form.set('file', file, file.name)
    call.send(form)
  })
}
