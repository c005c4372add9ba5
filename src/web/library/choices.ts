import { z } from 'zod'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** Which books of the library are shown, and how a person says it. */
export const FILTERS = [
  ['all', 'All'],
  ['unread', 'Unread'],
  ['reading', 'Being read'],
  ['finished', 'Finished'],
  ['unshelved', 'On no shelf'],
  ['deleted', 'Deleted'],
] as const

export type Filter = (typeof FILTERS)[number][0]

/** In which order. */
export const ORDERS = [
  ['title', 'By title'],
  ['newest', 'By arrival'],
] as const

export type Order = (typeof ORDERS)[number][0]

/** And how. */
export const VIEWS = [
  ['covers', 'Covers'],
  ['list', 'List'],
] as const

export type View = (typeof VIEWS)[number][0]

const Count = z.coerce.number().int().min(0).max(1_000_000).default(0)

/** What the address of the library asks for, and what was done before it was asked for. */
export const Choices = z.object({
  q: z.string().max(500).default(''),
  show: z.enum(['all', 'unread', 'reading', 'finished', 'unshelved', 'deleted']).default('all'),
  order: z.enum(['title', 'newest']).default('title'),
  view: z.enum(['covers', 'list']).default('covers'),
  choose: z.literal('1').optional(),
  after: z.string().max(7000).optional(), // it holds a title
  added: Count,
  known: Count,
  failed: Count,
  untaken: Count,
  shelved: Count,
  gone: Count,
})

export type Choices = z.infer<typeof Choices>

/** A link to the library with some choices changed. What is usual is not named, and another choice begins at the beginning. */
export function libraryLink(
  visit: Pick<Visit, 'root'>,
  choices: Choices,
  changed: Partial<Choices>,
): string {
  const { q, show, order, view, choose, after } = { ...choices, after: undefined, ...changed }
  return link(
    visit.root,
    'books',
    {},
    {
      q: q.trim() === '' ? undefined : q,
      show: show === 'all' ? undefined : show,
      order: order === 'title' ? undefined : order,
      view: view === 'covers' ? undefined : view,
      choose,
      after,
    },
  )
}
