import { backTo, link, rootOf } from '../paths.ts'
import type { WebContext } from '../visit.ts'

/** Where somebody goes who signed in: to the page that they asked for, if it is one of ours. */
export function afterwards(c: WebContext, to: string | undefined): string {
  const root = rootOf(c.req.url)
  return backTo(root, to) ?? link(root, 'books')
}
