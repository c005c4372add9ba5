import type { z } from 'zod'
import { same } from '../people/same.ts'
import { Problem } from '../problem.ts'
import type { WebContext } from './visit.ts'

/** The name of the field with the token of the session. */
export const TOKEN_FIELD = 'token'

/** The name of the field with the id of the page that a form stood on (pressed-once.ts). */
export const ONCE_FIELD = 'once'

/** What a form said: each field once, and the names in `many` as lists. Throws `Problem('invalid')` for what `shape` does not take. */
export async function readForm<Shape extends z.ZodType>(
  c: WebContext,
  shape: Shape,
  many: readonly string[] = [],
): Promise<z.infer<Shape>> {
  const fields = await fieldsOf(c)
  const told: Record<string, unknown> = {}
  for (const name of new Set(fields.keys()))
    told[name] = many.includes(name) ? fields.getAll(name) : fields.get(name)
  const read = shape.safeParse(told)
  if (read.success) return read.data
  throw new Problem('invalid', read.error.issues[0]?.message ?? 'This form could not be read.')
}

/** What a script of ours sends in the place of a form. Throws `Problem('invalid')` for what is no JSON. */
export async function readJson(c: WebContext): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text())
  } catch (error) {
    if (error instanceof SyntaxError) throw new Problem('invalid', 'This form could not be read.')
    throw error
  }
}

/** Whether it was sent by a script of ours. */
export function isJson(c: WebContext): boolean {
  return /^application\/json\b/i.test(c.req.header('content-type') ?? '')
}

/** Whether a form carries this token. */
export async function carriesToken(c: WebContext, token: string): Promise<boolean> {
  return same(await fieldIn(c, TOKEN_FIELD), token)
}

/** What a field of a form says; empty when it has none of that name. */
export async function fieldIn(c: WebContext, name: string): Promise<string> {
  return (await fieldsOf(c)).get(name) ?? ''
}

/** Whether it is a form, and not files or what a script sent. */
export function isForm(c: WebContext): boolean {
  return /^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')
}

async function fieldsOf(c: WebContext): Promise<URLSearchParams> {
  if (!isForm(c)) throw new Problem('invalid', 'This form could not be read.')
  return new URLSearchParams(await c.req.text())
}
