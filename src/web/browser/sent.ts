/**
 * What became of a file that was sent: it is in the library; it could not become a book, which is told in Errata; or it was not taken at all,
 * and nothing here knows of it.
 */
export type Sent =
  | { outcome: 'added' | 'known' | 'restored'; title: string }
  | { outcome: 'failed' | 'untaken'; why: string }

/** What came back when a file was sent: `sentence` is what a page that tells of a problem says of it. */
export type Back = {
  status: number
  isSignIn: boolean
  text: string
  sentence: string | undefined
}

/** Nothing came back. */
export const BROKEN_OFF = untaken('The connection broke off. Please add it again.')

/** Nothing was sent: the browser could not read it. */
export const UNREAD = untaken(
  'It could not be read on this device. Please see whether you may open it, and add it again.',
)

/** What became of a file, by what came back. Pure. */
export function sentOf({ status, isSignIn, text, sentence }: Back): Sent {
  if (isSignIn) return untaken('You were signed out meanwhile. Please sign in, and add it again.')
  const sent = status === 200 ? readSent(text) : undefined
  return sent ?? untaken(sentence ?? 'It was not taken. Please add it again later.')
}

function untaken(why: string): Sent {
  return { outcome: 'untaken', why }
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
