// Browsers read tokens with this, too: nothing here may need Node.

/** The parts of a token of ours, as they stand in it. Whether they are true, its MAC says. */
export type TokenBody = { ledger: string; page: string; mac: string }

/** What a text says that has the form of such a token, whoever made it; undefined for anything else. Never an error. */
export function tokenBodyOf(text: string | undefined): TokenBody | undefined {
  if (!text || text.length > 400 || !/^[A-Za-z0-9+/]+=*$/.test(text)) return undefined
  const wire = parsed(decoded(text))
  if (typeof wire !== 'object' || wire === null) return undefined
  const { v, l, p, m } = wire as Readonly<Partial<Record<'v' | 'l' | 'p' | 'm', unknown>>>
  if (v !== 1 || typeof l !== 'string' || typeof p !== 'string' || typeof m !== 'string')
    return undefined
  return { ledger: l, page: p, mac: m }
}

/** Whether a text has the form of such a token, whoever made it. */
export function looksLikeOurs(text: string): boolean {
  return tokenBodyOf(text) !== undefined
}

/** Base64 as Kobos may bring it back: with its padding or without. A last character that makes no byte is let go. */
function decoded(base64: string): string {
  const plain = base64.replace(/=+$/, '')
  const whole = plain.length % 4 === 1 ? plain.slice(0, -1) : plain
  const bytes = Uint8Array.from(atob(whole), (character) => character.charCodeAt(0))
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
