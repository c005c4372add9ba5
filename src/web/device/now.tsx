import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { runningSync, type RunningSync } from '../../sync/running.store.ts'
import { Layout, Time } from '../layout.tsx'
import { counted } from '../told.ts'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { Plate } from './plate.tsx'

/** What a Kobo does at this moment. Scripts look here again and again, so that it costs little. */
export function showNow(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const running = await runningSync(home.db.read, device.id, home.now())
    return c.html(<NowPage visit={visit} device={device} running={running} />)
  }
}

type Of = { visit: Visit; device: Device; running: RunningSync | undefined }

function NowPage({ visit, device, running }: Of) {
  const { root } = visit
  return (
    <Layout title={`${device.name} now`} root={root} visit={visit} here="devices">
      <p class="label">
        <a href={link(root, 'device', { id: device.id })}>{device.name}</a>
      </p>
      <h1>At this moment</h1>
      <Plate visit={visit} device={device} />
      <Now visit={visit} device={device} running={running} />
      {!running && <p class="lead">It is silent.</p>}
    </Layout>
  )
}

/** A running sync in a sentence, where there is one. A script of the device's page puts the newest in its place. */
export function Now({ visit, device, running }: Of) {
  const address = link(visit.root, 'now', { id: device.id })
  if (!running) return <div id="now" role="status" data-now={address} />
  const { since, sent, downloads, isAnswered } = running
  return (
    <div id="now" role="status" data-now={address} class="running">
      <p class="tide">
        {isAnswered ? 'It has what was due' : 'It is syncing'}, since{' '}
        <Time visit={visit} at={since} />: {nothingOr(sent, 'operation')} sent,{' '}
        {nothingOr(downloads, 'book')} downloaded so far.
      </p>
    </div>
  )
}

function nothingOr(count: number, what: string): string {
  return count === 0 ? 'nothing' : counted(count, what).toLowerCase()
}
