import type { Device } from '../../devices/device.ts'
import { devicesOf } from '../../devices/device.store.ts'
import type { Home } from '../../home.ts'
import type { Agreement } from '../../sync/agreement.ts'
import { Strip } from '../chart/strip.tsx'
import { Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import type { Figures } from './figures.ts'
import { Plate, PlateActions } from './plate.tsx'

type Shown = { device: Device; agreement: Agreement; nextSync: string }

/** Somebody's own Kobos, the oldest first, also revoked ones: a plate for each. */
export function showDevices(home: Home, figures: Figures): Page {
  return async (c) => {
    const { visit } = c.var
    const shown: Shown[] = []
    for (const device of await devicesOf(home.db.read, visit.person.id)) {
      const { agreement } = await figures.standing(device)
      shown.push({ device, agreement, nextSync: await figures.nextSync(c, device) })
    }
    return c.html(<DevicesPage visit={visit} shown={shown} />)
  }
}

function DevicesPage({ visit, shown }: { visit: Visit; shown: Shown[] }) {
  const { root } = visit
  return (
    <Layout title="Devices" root={root} visit={visit} here="devices">
      <div class="head">
        <h1>Devices</h1>
        {shown.length > 0 && (
          <a class="tall" href={link(root, 'connect')}>
            Connect a Kobo
          </a>
        )}
      </div>
      {shown.length === 0 && <HowToConnect visit={visit} />}
      {shown.map((each) => (
        <DevicePlate visit={visit} {...each} />
      ))}
    </Layout>
  )
}

function HowToConnect({ visit }: { visit: Visit }) {
  const { root } = visit
  return (
    <>
      <p class="lead">No Kobo yet. Three steps connect one.</p>
      <ol class="three-steps">
        <li>
          Put books on a <a href={link(root, 'shelves')}>shelf</a>: that is what a Kobo takes along.
        </li>
        <li>Make an address for the Kobo, and let the page write it into the Kobo.</li>
        <li>
          Eject the Kobo and press <em>Sync</em> on it.
        </li>
      </ol>
      <p>
        <a class="button" href={link(root, 'connect')}>
          Connect a Kobo
        </a>
      </p>
    </>
  )
}

function DevicePlate({ visit, device, agreement, nextSync }: Shown & { visit: Visit }) {
  const { root } = visit
  const { id, name } = device
  return (
    <section class="kobo" aria-labelledby={`device-${id}`}>
      <div class="about-kobo">
        <h2 id={`device-${id}`}>
          <a href={link(root, 'device', { id })}>{name}</a>
        </h2>
        <Plate visit={visit} device={device} />
        <p class="next">{nextSync}</p>
      </div>
      <div class="its-books">
        <Strip id={`strip-${id}`} of={name} agreement={agreement} />
      </div>
      <nav class="words" aria-label={`Pages of ${name}`}>
        <a href={link(root, 'device', { id })}>What it holds</a>
        <a href={link(root, 'diary', { id })}>Its diary</a>
        <a href={link(root, 'audits', { id })}>Audits</a>
        <a href={link(root, 'settings', { id })}>Settings</a>
      </nav>
      <PlateActions visit={visit} device={device} back="devices" />
    </section>
  )
}
