import { z } from 'zod'
import type { Device } from '../../devices/device.ts'
import { devicesOf } from '../../devices/device.store.ts'
import type { Home } from '../../home.ts'
import { ownShelf } from '../../own-shelf.ts'
import { Problem } from '../../problem.ts'
import { randomId } from '../../random-id.ts'
import { createShelf, orderShelves, shelvesOf } from '../../shelves/shelf.store.ts'
import type { CountedShelf } from '../../shelves/shelf.ts'
import { devicesCarrying } from '../../sync/carried.store.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { counted, told } from '../told.ts'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { countArriving, spinesOf, type SpineOf } from './spines.store.ts'
import { Spines } from './spines.tsx'

/** How many spines a shelf shows. */
const SPINES = 36

/** A shelf with what is seen of it, and for each device that carries it how many books are on their way. */
type Shown = {
  shelf: CountedShelf
  spines: SpineOf[]
  carriers: { device: Device; arriving: number }[]
}

/** A person's shelves, each as a row of spines. */
export function showShelves(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const db = home.db.read
    const devices = new Map(
      (await devicesOf(db, visit.person.id)).map((device) => [device.id, device]),
    )
    const shelves: Shown[] = []
    for (const shelf of await shelvesOf(db, visit.person.id)) {
      const carriers: Shown['carriers'] = []
      for (const id of await devicesCarrying(db, shelf.id)) {
        const device = devices.get(id)
        if (device) carriers.push({ device, arriving: await countArriving(db, shelf.id, id) })
      }
      shelves.push({ shelf, spines: await spinesOf(db, shelf.id, SPINES), carriers })
    }
    return c.html(<ShelvesPage visit={visit} shelves={shelves} />)
  }
}

const NewShelf = z.object({ name: z.string().max(4000) })

/** Makes a shelf, which comes to stand behind the others. */
export function makeShelf(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const { name } = await readForm(c, NewShelf)
    const wish = { id: randomId(home.random), person: person.id, name, now: home.now() }
    await home.db.transact(async (tx) => {
      const others = await shelvesOf(tx, person.id)
      await createShelf(tx, wish)
      await orderShelves(tx, [...others.map(({ id }) => id), wish.id])
    })
    return c.redirect(link(root, 'shelf', { id: wish.id }), 303)
  }
}

const Move = z.object({ to: z.enum(['up', 'down']) })

/** Moves a shelf by one place. */
export function moveShelf(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const { id } = await ownShelf(home.db.read, person, c.req.param('id') ?? '')
    const { to } = await readForm(c, Move)
    await home.db.transact(async (tx) => {
      const ids = (await shelvesOf(tx, person.id)).map((shelf) => shelf.id)
      const from = ids.indexOf(id)
      if (from < 0) throw new Problem('not_found', 'This shelf is not there any more.')
      ids.splice(from, 1)
      ids.splice(Math.max(0, from + (to === 'up' ? -1 : 1)), 0, id)
      await orderShelves(tx, ids)
    })
    return c.redirect(link(root, 'shelves'), 303)
  }
}

function ShelvesPage({ visit, shelves }: { visit: Visit; shelves: Shown[] }) {
  const { root } = visit
  return (
    <Layout title="Shelves" root={root} visit={visit} here="shelves">
      <h1>Shelves</h1>
      {shelves.length === 0 && <p class="lead">A shelf is what a Kobo takes along.</p>}
      {shelves.map(({ shelf, spines, carriers }, index) => (
        <section class="shelf" aria-labelledby={`shelf-${shelf.id}`}>
          <div class="head">
            <h2 id={`shelf-${shelf.id}`}>
              <a href={link(root, 'shelf', { id: shelf.id })}>{shelf.name}</a>
            </h2>
            {shelves.length > 1 && (
              <Form visit={visit} action={link(root, 'moveShelf', { id: shelf.id })} class="row">
                <button class="plain" name="to" value="up" disabled={index === 0}>
                  Up<span class="unseen"> with {shelf.name}</span>
                </button>
                <button
                  class="plain"
                  name="to"
                  value="down"
                  disabled={index === shelves.length - 1}
                >
                  Down<span class="unseen"> with {shelf.name}</span>
                </button>
              </Form>
            )}
          </div>
          <Spines root={root} spines={spines} more={shelf.books - spines.length} shelf={shelf.id} />
          <p class="soft">
            {emptyOr(shelf.books)}. <CarriedBy carriers={carriers} />
          </p>
        </section>
      ))}
      <section aria-labelledby="new">
        <h2 id="new">A new shelf</h2>
        <Form visit={visit} action={link(root, 'makeShelf')} class="row">
          <label for="name" class="unseen">
            Its name
          </label>
          <input id="name" name="name" required maxlength={100} placeholder="Its name" />
          <button>Make it</button>
        </Form>
      </section>
    </Layout>
  )
}

/** Who carries a shelf, and what is on its way to them. */
export function CarriedBy({ carriers }: { carriers: Shown['carriers'] }) {
  if (carriers.length === 0) return <>No Kobo carries it.</>
  const names = carriers.map(({ device }) => device.name)
  return (
    <>
      Carried by {names.join(', ')}.
      {carriers
        .filter(({ arriving }) => arriving > 0)
        .map(({ device, arriving }) => (
          <span class="tide">
            {' '}
            {told(arriving)} will arrive at {device.name}.
          </span>
        ))}
    </>
  )
}

/** How many books stand there, in words. */
export function emptyOr(books: number): string {
  return books === 0 ? 'Empty' : counted(books, 'book')
}
