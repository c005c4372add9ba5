import type { z } from 'zod'
import { Problem } from '../problem.ts'
import type { WebContext } from './visit.ts'

/** What the query of an address asks for. Throws `Problem('invalid')` for what `shape` does not take. */
export function readQuery<Shape extends z.ZodType>(c: WebContext, shape: Shape): z.infer<Shape> {
  const read = shape.safeParse(c.req.query())
  if (!read.success) throw new Problem('invalid', 'This address asks for what there is not.')
  return read.data
}
