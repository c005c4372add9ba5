import { z } from 'zod'
import type { Home } from '../home.ts'
import { Problem } from '../problem.ts'

const LONGEST_NAME = 60
/** How long an authenticator may take, in ms. */
export const PASSKEY_PATIENCE = 5 * 60_000

/** How a browser writes bytes: base64url, of a length that an authenticator may need. */
export const Base64Url = z.string().regex(/^[\w-]{1,16000}$/)

/** What somebody calls a passkey. Throws `Problem('invalid')` for a name that will not do. */
export function readPasskeyName(wish: string): string {
  const name = wish.normalize('NFC').trim()
  if (name.length === 0 || name.length > LONGEST_NAME || /[\p{Cc}\p{Bidi_Control}]/u.test(name))
    throw new Problem('invalid', `A passkey’s name has 1 to ${LONGEST_NAME} characters.`)
  return name
}

/**
 * What the library finds in what a browser said; empty when it refuses it, which is logged. The library throws plain errors for whatever
 * does not fit, and says what in words without secrets.
 */
export async function unlessRefused<Told>(
  home: Home,
  work: () => Promise<Told>,
): Promise<Told | { verified?: never; registrationInfo?: never; authenticationInfo?: never }> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    home.log.warn({ why: error.message.slice(0, 300) }, 'A passkey was not taken.')
    return {}
  }
}

/** What a browser said, when it is JSON of this shape; undefined for anything else. */
export function parsed<Shape extends z.ZodType>(
  shape: Shape,
  text: string,
): z.infer<Shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
