import { z } from 'zod'
import { booksByIds } from '../../catalogue/catalogue.store.ts'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import { readContents } from '../../sync/contents.ts'
import { HEALINGS, wishOf, type Healing } from '../../sync/heal.ts'
import { FILTERS } from '../../sync/status.ts'
import { readForm } from '../form.ts'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { CONFIRM, MEANING, questionOf } from './healing-words.ts'
import { fulfil, previewFor } from './next-sync.ts'
import { PreviewPage } from './preview-page.tsx'

/** The most books that are healed at once. */
const MOST = 10_000

const Asked = z.object({
  how: z.enum(HEALINGS, 'Please say what is to be done.'),
  book: z
    .array(z.string().max(64))
    .max(MOST, `At most ${MOST} books are sent again at once.`)
    .default([]),
  filter: z.enum(['missing', 'doubtful']).optional(),
  confirm: z.literal('1').optional(),
})

/** Shows what the next sync would do if books were sent again, and what that costs; does it when that was confirmed. */
export function healDevice(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const asked = await readForm(c, Asked, ['book'])
    const books = await booksOf(home, visit, device, asked)
    const wish = wishOf(asked.how, books)
    if (asked.confirm !== undefined) {
      await fulfil(c, home, device, wish)
      return c.redirect(link(visit.root, 'device', { id: device.id }, { done: asked.how }), 303)
    }
    const preview = await previewFor(c, home, device, wish)
    const named = preview.operations.map(({ bookId }) => bookId)
    const titles = await booksByIds(home.db.read, [...new Set([...books, ...named])])
    const titleOf = (book: string) => titles.get(book)?.title
    return c.html(
      <PreviewPage
        {...{ visit, device, preview, titleOf }}
        title={questionOf(asked.how, books, titleOf)}
        meaning={MEANING[asked.how]}
        confirm={CONFIRM[asked.how]}
        action={link(visit.root, 'heal', { id: device.id })}
        fields={[['how', asked.how], ...books.map((book) => ['book', book] as const)]}
      />,
    )
  }
}

async function booksOf(
  home: Home,
  visit: Visit,
  device: Device,
  {
    how,
    book,
    filter,
  }: { how: Healing; book: string[]; filter?: keyof typeof FILTERS | undefined },
): Promise<string[]> {
  if (how === 'reset-sync') return []
  const books = filter === undefined ? book : await allOf(home, visit, device, filter)
  if (books.length === 0) throw new Problem('invalid', 'Please choose one book at least.')
  return books
}

/** What the sentence of the button promises: all of them, not only those that the page showed. */
async function allOf(
  home: Home,
  visit: Visit,
  device: Device,
  filter: keyof typeof FILTERS,
): Promise<string[]> {
  const asked = { limit: MOST, statuses: FILTERS[filter] }
  const { items } = await readContents(home.db.read, device, asked, visit.tell)
  if (items.length === 0) throw new Problem('conflict', 'There are no such books any more.')
  return items.map(({ bookId }) => bookId)
}
