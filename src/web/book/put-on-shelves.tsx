import { z } from 'zod'
import type { Home } from '../../home.ts'
import { changeShelf } from '../../own-shelf.ts'
import { randomId } from '../../random-id.ts'
import { createShelf, shelvesOf } from '../../shelves/shelf.store.ts'
import type { Shelf } from '../../shelves/shelf.ts'
import { readForm } from '../form.ts'
import { Form } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { bookOf } from './find.ts'

/** A shelf, and whether the book stands on it. */
export type Shelved = Shelf & { isOn: boolean }

const Ids = z.array(z.string().max(64)).max(1000).default([])

const Wish = z.object({
  shelf: Ids,
  was: Ids,
  name: z.string().max(4000).default(''),
})

/** On which of a person's shelves a book stands, to be changed. */
export function PutOnShelves(props: { visit: Visit; book: string; shelves: Shelved[] }) {
  const { visit, book, shelves } = props
  return (
    <section aria-labelledby="shelves">
      <h2 id="shelves" class="label">
        Your shelves
      </h2>
      <Form visit={visit} action={link(visit.root, 'shelveBook', { id: book })} class="shelve">
        <div class="ticks">
          {shelves.map(({ id, isOn }) => isOn && <input type="hidden" name="was" value={id} />)}
          {shelves.map(({ id, name, isOn }) => (
            <label class="tick" for={`shelf-${id}`}>
              <input type="checkbox" id={`shelf-${id}`} name="shelf" value={id} checked={isOn} />
              {name}
            </label>
          ))}
        </div>
        <p class="row">
          <label for="new-shelf" class="unseen">
            A new shelf
          </label>
          <input id="new-shelf" name="name" placeholder="A new shelf" maxlength={100} />
          <button>Keep</button>
        </p>
        <p class="soft" role="status"></p>
      </Form>
    </section>
  )
}

/**
 * Puts a book on the shelves that were ticked and takes it off those that were unticked, since the page was drawn; a name makes a new shelf.
 * What was done elsewhere meanwhile stays.
 */
export function shelveBook(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const { id } = await bookOf(home, c.req.param('id'))
    const { shelf, was, name } = await readForm(c, Wish, ['shelf', 'was'])
    const [wanted, before] = [new Set(shelf), new Set(was)]
    await home.db.transact(async (tx) => {
      for (const each of await shelvesOf(tx, person.id)) {
        if (wanted.has(each.id) === before.has(each.id)) continue
        const change = wanted.has(each.id) ? { add: [id], remove: [] } : { add: [], remove: [id] }
        await changeShelf(tx, home, person, each.id, change)
      }
      if (name.trim() === '') return
      const wish = { id: randomId(home.random), person: person.id, name, now: home.now() }
      const made = await createShelf(tx, wish)
      await changeShelf(tx, home, person, made.id, { add: [id], remove: [] })
    })
    return c.redirect(link(root, 'bookPage', { id }, { done: 'shelved' }), 303)
  }
}
