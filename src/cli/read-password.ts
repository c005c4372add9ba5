import { Problem } from '../problem.ts'
import type { Io } from './io.ts'

/** A password from the input: all of it, but for the end of its line. */
export async function readPassword(io: Io): Promise<string> {
  let text = ''
  for await (const chunk of io.input) {
    text += chunk.toString()
    if (text.length > 4096) throw new Problem('invalid', 'That password is too long.')
  }
  return text.replace(/\r?\n$/, '')
}
