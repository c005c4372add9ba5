import { z } from '@hono/zod-openapi'

/** The body of every answer that is not a success. */
export const ErrorShape = z
  .object({ error: z.object({ code: z.string(), message: z.string() }) })
  .openapi('Error')

/** The id of something in an address. */
export const IdParameter = z.object({ id: z.string().max(64) })

/** What part of a list is asked for. `cursor` is the `next` of the part before. */
export const PartQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(500).optional(),
})

/** A list of one part, and where the next one begins (null after the last). */
export function listOf<Shape extends z.ZodType>(shape: Shape) {
  return z.object({ items: z.array(shape), next: z.string().nullable() })
}

/** An answer of a call in its description: a JSON body. */
export function answers<Shape extends z.ZodType>(schema: Shape, description: string) {
  return { description, content: { 'application/json': { schema } } }
}

/** The body of a call in its description: JSON that must be there. */
export function takes<Shape extends z.ZodType>(schema: Shape) {
  return { body: { required: true, content: { 'application/json': { schema } } } }
}

/** What every call may answer instead. */
export const PROBLEMS = {
  default: answers(ErrorShape, 'A problem, with a code for programs and a sentence for people.'),
} as const

/**
 * One part of a whole list whose elements stand in the order of `placeOf`: text that no two share.
 * For lists that are short by nature and come whole from the database.
 */
export function partOf<Element>(
  all: readonly Element[],
  query: z.infer<typeof PartQuery>,
  placeOf: (element: Element) => string,
): { part: Element[]; next: string | null } {
  const after = query.cursor && Buffer.from(query.cursor, 'base64url').toString()
  const rest = after ? all.filter((element) => placeOf(element) > after) : all
  const part = rest.slice(0, query.limit)
  const last = part.at(-1)
  return {
    part,
    next:
      last && rest.length > part.length ? Buffer.from(placeOf(last)).toString('base64url') : null,
  }
}
