import { z } from 'zod'
import { changeOwnDevice, readdress, restoreOwn, revokeOwn } from '../../device-actions.ts'
import { deviceName, type Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { shelvesOf } from '../../shelves/shelf.store.ts'
import type { Shelf } from '../../shelves/shelf.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { AddressPage } from './address-page.tsx'
import { Carries, carriedIn, CARRIED } from './carries.tsx'
import { GiveBack, Readdress, Revoke } from './parting.tsx'
import { basesFor } from './reach.tsx'
import { writesDrives } from './writes-drives.ts'

/** What a person may change of a Kobo. */
export function showSettings(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const shelves = await shelvesOf(home.db.read, visit.person.id)
    return c.html(<SettingsPage {...{ visit, device, shelves }} />)
  }
}

const Changes = z.object({
  name: z.string().max(400).overwrite(deviceName),
  paused: z.literal('1').optional(),
  onDelete: z.enum(['keep-off', 'bring-back', 'unshelve']),
  ...CARRIED,
})

/** Changes what was changed in the form. */
export function changeSettings(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { id } = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const asked = await readForm(c, Changes, ['shelf'])
    await changeOwnDevice(home, visit.person, id, {
      name: asked.name,
      paused: asked.paused === '1',
      onDelete: asked.onDelete,
      shelves: carriedIn(asked),
    })
    return c.redirect(link(visit.root, 'device', { id }), 303)
  }
}

const Readdressed = z.object({
  library: z.enum(['kept', 'empty', 'unknown'], 'Please say what is on the Kobo.'),
})

/** Gives a Kobo another address, and shows it: this once. */
export function giveAddress(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const { id } = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const { library } = await readForm(c, Readdressed)
    const { device, secret } = await readdress(home, visit.person, id, library)
    const bases = basesFor(c, home)
    return c.html(<AddressPage {...{ visit, device, secret, bases }} writes={writesDrives(c)} />)
  }
}

const Revoking = z.object({ revoked: z.enum(['yes', 'no']) })

/** Turns a Kobo away, or lets it in again. */
export function revokeKobo(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const { id } = await ownDevice(home.db.read, person, c.req.param('id') ?? '')
    const { revoked } = await readForm(c, Revoking)
    if (revoked === 'yes') await revokeOwn(home, person, id)
    else await restoreOwn(home, person, id)
    return c.redirect(link(root, 'settings', { id }), 303)
  }
}

function SettingsPage(props: { visit: Visit; device: Device; shelves: Shelf[] }) {
  const { visit, device, shelves } = props
  const { root } = visit
  const { id, name, paused, onDelete } = device
  return (
    <Layout title={`Settings of ${name}`} root={root} visit={visit} here="devices">
      <h1>Settings of {name}</h1>
      <p>
        <a class="tall" href={link(root, 'device', { id })}>
          What it holds
        </a>
      </p>
      <Matter
        id="what"
        title="What it does"
        note="What is changed here is so from its next sync on. No book is touched before."
      >
        <Form visit={visit} action={link(root, 'settings', { id })} class="fields">
          <p>
            <label for="name">What do you call it?</label>
            <input id="name" name="name" required maxlength={100} value={name} autocomplete="off" />
          </p>
          <Carries shelves={shelves} carried={device.shelves} />
          <fieldset>
            <legend>When a book is removed on the Kobo</legend>
            {POLICIES.map(([value, words]) => (
              <p class="tick">
                <input
                  type="radio"
                  id={`on-delete-${value}`}
                  name="onDelete"
                  value={value}
                  checked={onDelete === value}
                />{' '}
                <label for={`on-delete-${value}`}>{words}</label>
              </p>
            ))}
          </fieldset>
          <p class="tick">
            <input type="checkbox" id="paused" name="paused" value="1" checked={paused} />{' '}
            <label for="paused">Pause: send nothing, and take what it tells</label>
          </p>
          <p>
            <button class="first">Keep</button>
          </p>
        </Form>
      </Matter>
      <Readdress visit={visit} device={device} />
      <GiveBack visit={visit} device={device} />
      <Revoke visit={visit} device={device} />
    </Layout>
  )
}

const POLICIES = [
  ['keep-off', 'it stays off this Kobo until you bring it back'],
  ['bring-back', 'it comes back with the next sync'],
  ['unshelve', 'it is taken off the shelves that this Kobo takes along'],
] as const satisfies [Device['onDelete'], string][]
