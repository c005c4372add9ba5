import type { Answer } from '../request.ts'

/** All header lines of one answer together stay below this. */
export const HEADER_BYTES = 2048

/** What is wrong with any answer, whatever it is about: its status and the size of its headers. */
export function complaintsAboutAnswer(answer: Answer): string[] {
  const complaints: string[] = []
  if (answer.status < 200 || answer.status > 299) {
    complaints.push(`the status is ${answer.status}, not 2xx`)
  }
  if (answer.headerBytes >= HEADER_BYTES) {
    complaints.push(
      `the response headers have ${answer.headerBytes} bytes, ${HEADER_BYTES} or more`,
    )
  }
  return complaints
}

/** What is wrong with the content type of an answer that is to be JSON. */
export function complaintsAboutJsonType(answer: Answer): string[] {
  const type = answer.headers['content-type'] ?? ''
  return /^application\/json\b/i.test(type)
    ? []
    : [`the content type is ${type || 'missing'}, not JSON`]
}

/** What is wrong with the length of a download or a cover: announced in the header, and kept to the byte. */
export function complaintsAboutLength(answer: Answer): string[] {
  if (answer.contentLength === undefined) return ['the answer has no Content-Length']
  return answer.received === answer.contentLength
    ? []
    : [`the body ended after ${answer.received} of ${answer.contentLength} bytes`]
}

/** A ZIP archive begins so. */
export function looksLikeZip(answer: Answer): boolean {
  return beginsLike(answer, [0x50, 0x4b, 0x03, 0x04])
}

/** A JPEG image begins so. */
export function looksLikeJpeg(answer: Answer): boolean {
  return beginsLike(answer, [0xff, 0xd8, 0xff])
}

/** Whether a body begins with these bytes, as far as it came: one that broke off among them may have been anything that begins so. */
function beginsLike({ body, whole }: Answer, bytes: number[]): boolean {
  const known = Buffer.from(whole ? bytes : bytes.slice(0, body.length))
  return body.subarray(0, known.length).equals(known)
}
