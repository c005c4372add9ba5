import { z } from 'zod'
import { devicesOf } from '../../devices/device.store.ts'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownShelf } from '../../own-shelf.ts'
import type { Shelf } from '../../shelves/shelf.ts'
import { shelvesOf } from '../../shelves/shelf.store.ts'
import { devicesCarrying } from '../../sync/carried.store.ts'
import { tellPreview } from '../../sync/tell-preview.ts'
import { carry, removeShelf } from '../../sync/wishes.ts'
import { previewFor } from '../device/next-sync.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit, WebContext } from '../visit.ts'

const Deletion = z.object({ confirm: z.literal('1').optional() })

/** Deletes a shelf; what that takes off which Kobo is told first. */
export function deleteOne(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const shelf = await ownShelf(home.db.read, visit.person, c.req.param('id') ?? '')
    const { confirm } = await readForm(c, Deletion)
    if (confirm !== undefined) {
      await home.db.transact(async (tx) => {
        const { id } = await ownShelf(tx, visit.person, shelf.id)
        await removeShelf(tx, id)
      })
      return c.redirect(link(visit.root, 'shelves'), 303)
    }
    const carrying = new Set(await devicesCarrying(home.db.read, shelf.id))
    const told: Told[] = []
    for (const device of await devicesOf(home.db.read, visit.person.id))
      if (carrying.has(device.id) && !device.paused)
        told.push(await tell(c, home, device, (tx) => removeShelf(tx, shelf.id)))
    return c.html(
      <AskPage
        {...{ visit, shelf, told }}
        title={`Delete “${shelf.name}”?`}
        meaning="Its books stay in the library."
        action={link(visit.root, 'deleteShelf', { id: shelf.id })}
        fields={[]}
        yes="Yes, delete the shelf"
      />,
    )
  }
}

const Carriers = z.object({
  device: z.array(z.string().max(64)).max(1000).default([]),
  confirm: z.literal('1').optional(),
})

/** Says which Kobos carry a shelf. What leaves one that carries it no more is told first. */
export function carryOne(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const db = home.db.read
    const shelf = await ownShelf(db, visit.person, c.req.param('id') ?? '')
    const { device: ticked, confirm } = await readForm(c, Carriers, ['device'])
    const all = (await shelvesOf(db, visit.person.id)).map(({ id }) => id)
    const carrying = new Set(await devicesCarrying(db, shelf.id))
    const changes = (await devicesOf(db, visit.person.id))
      .filter(({ id, revokedAt }) => revokedAt === null && ticked.includes(id) !== carrying.has(id))
      .map((device) => ({ device, shelves: carriedThen(device, shelf.id, all) }))
    const narrowed = changes.filter(({ device }) => carrying.has(device.id))
    if (narrowed.length > 0 && confirm === undefined) {
      const told: Told[] = []
      for (const { device, shelves } of narrowed)
        if (!device.paused)
          told.push(await tell(c, home, device, (tx) => carry(tx, home, device, shelves)))
      return c.html(
        <AskPage
          {...{ visit, shelf, told }}
          title={`Take “${shelf.name}” off ${narrowed.map(({ device }) => device.name).join(', ')}?`}
          meaning="Its books stay on the shelf."
          action={link(visit.root, 'carryShelf', { id: shelf.id })}
          fields={ticked.map((id) => ['device', id] as const)}
          yes="Yes, take it off"
        />,
      )
    }
    await home.db.transact(async (tx) => {
      for (const { device, shelves } of changes) await carry(tx, home, device, shelves)
    })
    return c.redirect(link(visit.root, 'shelf', { id: shelf.id }, { done: 'carried' }), 303)
  }
}

/** What a Kobo carries once it carries this shelf, or no more: one that carried every shelf carries the others then. */
function carriedThen(device: Device, shelf: string, all: readonly string[]): string[] {
  const before = device.shelves ?? all
  return before.includes(shelf) ? before.filter((id) => id !== shelf) : [...before, shelf]
}

/** What the next sync of a Kobo would do then. */
type Told = { name: string; sentence: string }

async function tell(
  c: WebContext,
  home: Home,
  device: Device,
  wish: (tx: Parameters<typeof removeShelf>[0]) => Promise<void>,
): Promise<Told> {
  return { name: device.name, sentence: tellPreview(await previewFor(c, home, device, wish)) }
}

function AskPage(props: {
  visit: Visit
  shelf: Shelf
  told: Told[]
  title: string
  meaning: string
  action: string
  fields: readonly (readonly [name: string, value: string])[]
  yes: string
}) {
  const { visit, shelf, told, title, meaning, action, fields, yes } = props
  return (
    <Layout title={title} root={visit.root} visit={visit} here="shelves">
      <h1>{title}</h1>
      <p class="lead">{meaning} Nothing is changed yet.</p>
      {told.map(({ name, sentence }) => (
        <p>
          {name}: {sentence}
        </p>
      ))}
      <Form visit={visit} action={action} class="row">
        <input type="hidden" name="confirm" value="1" />
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button class="danger">{yes}</button>
        <a href={link(visit.root, 'shelf', { id: shelf.id })}>Leave it as it is</a>
      </Form>
    </Layout>
  )
}
