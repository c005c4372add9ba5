import type { Device } from '../../devices/device.ts'
import { devicesOf } from '../../devices/device.store.ts'
import type { Home } from '../../home.ts'
import { Layout, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

/** Somebody's own Kobos, the oldest first, also revoked ones. */
export function showDevices(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const devices = await devicesOf(home.db.read, visit.person.id)
    return c.html(<DevicesPage visit={visit} devices={devices} />)
  }
}

function DevicesPage({ visit, devices }: { visit: Visit; devices: Device[] }) {
  return (
    <Layout title="Devices" root={visit.root} visit={visit} here="devices">
      <h1>Devices</h1>
      {devices.length === 0 && (
        <>
          <p class="lead">No Kobo yet.</p>
          <ol>
            <li>Put books on a shelf.</li>
            <li>Make an address for the Kobo, and let the page write it into the Kobo.</li>
            <li>Eject the Kobo and press Sync on it.</li>
          </ol>
        </>
      )}
      <p>
        <a href={link(visit.root, 'connect')}>Connect a Kobo</a>
      </p>
      {devices.map((device) => (
        <section aria-labelledby={`device-${device.id}`}>
          <h2 id={`device-${device.id}`}>
            <a href={link(visit.root, 'device', { id: device.id })}>{device.name}</a>
          </h2>
          <Plate visit={visit} device={device} />
          <p>
            <a href={link(visit.root, 'device', { id: device.id })}>What it holds</a>
            {' · '}
            <a href={link(visit.root, 'diary', { id: device.id })}>Its diary</a>
            {' · '}
            <a href={link(visit.root, 'settings', { id: device.id })}>Settings</a>
          </p>
        </section>
      ))}
    </Layout>
  )
}

/** What is known of a Kobo itself, in a few words. */
export function Plate({ visit, device }: { visit: Visit; device: Device }) {
  const { model, firmware, lastSeenAt, paused, revokedAt } = device
  return (
    <p class="soft">
      {model ?? 'A Kobo'}
      {firmware !== null && `, firmware ${firmware}`}
      {lastSeenAt === null ? (
        ', never seen'
      ) : (
        <>
          , last seen <Time visit={visit} at={lastSeenAt} />
        </>
      )}
      .{revokedAt !== null && ' It was revoked: it may sync no more.'}
      {revokedAt === null && paused && ' It is paused: it is sent nothing.'}
    </p>
  )
}
