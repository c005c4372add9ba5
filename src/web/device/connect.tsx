import { z } from 'zod'
import { connectDevice } from '../../device-actions.ts'
import { deviceName } from '../../devices/device.ts'
import { devicesOf } from '../../devices/device.store.ts'
import { firstShelfFor, type FirstShelf } from '../../first-shelf.ts'
import type { Home } from '../../home.ts'
import { shelvesOf } from '../../shelves/shelf.store.ts'
import type { Shelf } from '../../shelves/shelf.ts'
import { readForm } from '../form.ts'
import { Form, Layout } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { AddressPage } from './address-page.tsx'
import { Carries, carriedIn, CARRIED } from './carries.tsx'
import { OfferFirstShelf } from './offer-first-shelf.tsx'
import { basesFor, NotReachable } from './reach.tsx'
import { writesDrives } from './writes-drives.ts'

/** The form for another Kobo, and what a person should know before. */
export function askForKobo(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const db = home.db.read
    const shelves = await shelvesOf(db, visit.person.id)
    const first = await firstShelfFor(db, visit.person)
    const hasKobo = (await devicesOf(db, visit.person.id)).length > 0
    const name = hasKobo ? undefined : `${visit.person.name}’s Kobo`.slice(0, 100)
    const isReachable = basesFor(c, home).length > 0
    return c.html(<ConnectPage {...{ visit, shelves, first, name, isReachable }} />)
  }
}

/** Makes the address of another Kobo, and shows it: this once. */
export function connectKobo(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const asked = await readForm(c, Asked, ['shelf'])
    const { device, secret } = await connectDevice(home, visit.person, {
      name: asked.name,
      shelves: carriedIn(asked),
      first: asked.first === '1',
    })
    const bases = basesFor(c, home)
    return c.html(<AddressPage {...{ visit, device, secret, bases }} writes={writesDrives(c)} />)
  }
}

const Asked = z.object({
  name: z.string().max(400).overwrite(deviceName),
  ...CARRIED,
  first: z.literal('1').optional(),
})

function ConnectPage(props: {
  visit: Visit
  shelves: Shelf[]
  first: FirstShelf | undefined
  name: string | undefined
  isReachable: boolean
}) {
  const { visit, shelves, first, name, isReachable } = props
  return (
    <Layout title="Connect a Kobo" root={visit.root} visit={visit} here="devices">
      <h1>Connect a Kobo</h1>
      <p class="lead">
        A Kobo gets an address of its own. It calls that in the place of Kobo’s store, and what
        stands on your shelves arrives as if it had been bought.
      </p>
      {!isReachable && <NotReachable />}
      <Matter id="kobo" title="The Kobo" note="All of it can be changed later.">
        <Form visit={visit} action={link(visit.root, 'connect')} class="fields">
          <p>
            <label for="name">What do you call it?</label>
            <input id="name" name="name" value={name} required maxlength={100} autocomplete="off" />
          </p>
          <Carries shelves={shelves} carried={null} />
          {first && <OfferFirstShelf first={first} />}
          <p>
            <button class="first">Make its address</button>
          </p>
        </Form>
      </Matter>
      <Matter id="store" title="What becomes of the store">
        <p>
          What you bought and what you borrowed stays on the Kobo and can be read. While the Kobo
          calls here, buying on it, Kobo Plus and OverDrive rest. One press on <em>Give it back</em>{' '}
          brings them back, also without this server.
        </p>
      </Matter>
    </Layout>
  )
}
