/** An answer as a scanner looks at it: what was asked, and the head of what came. */
export type Answer = {
  /** What was asked, such as `GET /books/:id`. */
  call: string
  status: number
  headers: Headers
  /** For whom it is: somebody at a browser or with a script, everybody who looks at any page (sheets, scripts, fonts), or a Kobo. */
  whose: 'person' | 'everybody' | 'kobo'
  /** Whether it came by https, as far as the server knows. */
  isTls: boolean
  /** Whether somebody signed out by it. */
  endsSession?: boolean
}

/** What is wrong with an answer: a header, and one sentence. */
export type Finding = { call: string; header: string; says: string }

/** The media type of an answer; empty when it has none. */
export function typeOf({ headers }: Answer): string {
  return (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

/** Whether a browser shows it as a page. */
export function isPage(answer: Answer): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)$/.test(typeOf(answer))
}

/** How long the head of an answer is at most, in bytes: the status line, and every header in a line of its own. */
export function bytesOfHead({ headers }: Answer): number {
  let bytes = STATUS_LINE
  for (const [name, value] of headers) bytes += name.length + value.length + 4
  return bytes
}

/** With the longest reason that HTTP knows, and the empty line at the end. */
const STATUS_LINE = 'HTTP/1.1 511 Network Authentication Required\r\n\r\n'.length
