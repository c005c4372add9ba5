import { z } from 'zod'
import type { Book } from '../../catalogue/book.ts'
import { booksByIds } from '../../catalogue/catalogue.store.ts'
import type { Device } from '../../devices/device.ts'
import { devicesOf } from '../../devices/device.store.ts'
import type { Home } from '../../home.ts'
import { ownShelf } from '../../own-shelf.ts'
import { booksOfShelf, countBooks, renameShelf } from '../../shelves/shelf.store.ts'
import type { Shelf } from '../../shelves/shelf.ts'
import { devicesCarrying } from '../../sync/carried.store.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { Books } from '../library/books.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'
import { CarriedBy, emptyOr } from './list.tsx'
import { countArriving } from './spines.store.ts'

/** How many books stand on one page. */
const PART = 96

const Asked = z.object({
  part: z.coerce.number().int().min(1).max(10_000).default(1),
  done: z.enum(['renamed', 'carried']).optional(),
})

/** One shelf: its books, who carries it, and its name. */
export function showShelf(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const db = home.db.read
    const { part, done } = readQuery(c, Asked)
    const shelf = await ownShelf(db, visit.person, c.req.param('id') ?? '')
    const ids = await booksOfShelf(db, shelf.id)
    const count = await countBooks(db, shelf.id)
    const shown = await booksByIds(db, ids.slice((part - 1) * PART, part * PART))
    const books = ids.flatMap((id) => shown.get(id) ?? []).filter((book) => book.deletedAt === null)
    const isLast = part * PART >= ids.length
    const carrying = new Set(await devicesCarrying(db, shelf.id))
    const devices: Carrier[] = []
    for (const device of await devicesOf(db, visit.person.id))
      if (device.revokedAt === null)
        devices.push({
          device,
          carries: carrying.has(device.id),
          arriving: carrying.has(device.id) ? await countArriving(db, shelf.id, device.id) : 0,
        })
    return c.html(<ShelfPage {...{ visit, shelf, books, count, isLast, devices, part, done }} />)
  }
}

type Carrier = { device: Device; carries: boolean; arriving: number }

const Named = z.object({ name: z.string().max(4000) })

/** Gives a shelf another name. */
export function nameShelf(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const id = c.req.param('id') ?? ''
    await ownShelf(home.db.read, person, id)
    const { name } = await readForm(c, Named)
    await home.db.transact(async (tx) => renameShelf(tx, await ownShelf(tx, person, id), name))
    return c.redirect(link(root, 'shelf', { id }, { done: 'renamed' }), 303)
  }
}

const DONE = { renamed: 'It has its new name.', carried: 'It is carried so.' } as const

function ShelfPage(props: {
  visit: Visit
  shelf: Shelf
  books: Book[]
  count: number
  isLast: boolean
  devices: Carrier[]
  part: number
  done: keyof typeof DONE | undefined
}) {
  const { visit, shelf, books, count, isLast, devices, part, done } = props
  const { root } = visit
  const { id, name } = shelf
  return (
    <Layout title={name} root={root} visit={visit} here="shelves">
      <p class="label">
        <a href={link(root, 'shelves')}>Shelves</a>
      </p>
      <h1>{name}</h1>
      {done !== undefined && (
        <p role="status" class="tide">
          {DONE[done]}
        </p>
      )}
      <p class="lead">
        {emptyOr(count)}. <CarriedBy carriers={devices.filter(({ carries }) => carries)} />
      </p>
      {count === 0 ? (
        <p>
          Choose books in the <a href={link(root, 'books', {}, { choose: '1' })}>Library</a> and put
          them here.
        </p>
      ) : (
        <Books visit={visit} books={books} view="covers" />
      )}
      {(part > 1 || !isLast) && (
        <nav class="words further" aria-label="Parts of the shelf">
          {part > 1 && <a href={link(root, 'shelf', { id }, { part: String(part - 1) })}>Before</a>}
          {!isLast && (
            <a rel="next" href={link(root, 'shelf', { id }, { part: String(part + 1) })}>
              Further books
            </a>
          )}
        </nav>
      )}
      <section aria-labelledby="carriers">
        <h2 id="carriers">Carried by</h2>
        {devices.length === 0 ? (
          <p>
            You have no Kobo yet. <a href={link(root, 'devices')}>Devices</a> says how to connect
            one.
          </p>
        ) : (
          <Form visit={visit} action={link(root, 'carryShelf', { id })}>
            {devices.map(({ device, carries }) => (
              <label class="tick" for={`device-${device.id}`}>
                <input
                  type="checkbox"
                  id={`device-${device.id}`}
                  name="device"
                  value={device.id}
                  checked={carries}
                />
                {device.name}
                {device.shelves === null && <span class="soft">, which carries every shelf</span>}
              </label>
            ))}
            <p>
              <button>Keep</button>
            </p>
          </Form>
        )}
      </section>
      <section aria-labelledby="name-of-shelf">
        <h2 id="name-of-shelf">Its name</h2>
        <Form visit={visit} action={link(root, 'renameShelf', { id })} class="row">
          <label for="name" class="unseen">
            Name of the shelf
          </label>
          <input id="name" name="name" value={name} required maxlength={100} />
          <button>Rename</button>
        </Form>
        <Form visit={visit} action={link(root, 'deleteShelf', { id })}>
          <button class="plain">Delete this shelf…</button>
        </Form>
      </section>
    </Layout>
  )
}
