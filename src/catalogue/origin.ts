import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { hasCode } from './durable.ts'

/** Where a file came from: its name there, who gave it (a person's id), and by which way. */
export type Origin = { name: string; uploader: string | null; source: string }

/** Where the origin of a staged copy is kept: beside it. */
export function originPath(staged: string): string {
  return staged.replace(/\.[0-9a-f]{64}\.epub$/, '.json')
}

const OriginText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(z.object({ name: z.string(), uploader: z.string().nullable(), source: z.string() }))

/** Where a staged copy came from. What a loss of power took of it is guessed: nobody's, and without a name. */
export async function readOrigin(staged: string): Promise<Origin> {
  try {
    const origin = OriginText.safeParse(await readFile(originPath(staged), 'utf8'))
    if (origin.success) return origin.data
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  return { name: '', uploader: null, source: 'recovery' }
}
