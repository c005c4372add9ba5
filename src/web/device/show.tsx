import { z } from 'zod'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { readContents, type Contents } from '../../sync/contents.ts'
import { readPlace } from '../../sync/place.ts'
import { runningSync, type RunningSync } from '../../sync/running.store.ts'
import { FILTERS } from '../../sync/status.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'
import { ContentsSection, type Shown } from './contents-section.tsx'
import type { Figures, Standing, Syncs } from './figures.ts'
import { Now } from './now.tsx'
import { Agreeing, FromShelf, ItsSyncs } from './overview.tsx'
import { Plate, PlateActions } from './plate.tsx'

/** How many books stand on one page. */
const PART = 100

const Asked = z.object({
  filter: z.enum(['all', 'missing', 'doubtful', 'extra']).default('all'),
  after: z.string().max(7000).optional(), // it holds a title
  done: z.string().optional(),
})

/** What is drawn where the whole Kobo is seen, and not only a part of its books. */
export type Overview = { standing: Standing; syncs: Syncs; waits: number[] }

/** One Kobo: what its next sync will do, whether it holds what it should, and what it holds, as far as the server can tell. */
export function showDevice(home: Home, figures: Figures): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const { filter, after, done } = readQuery(c, Asked)
    const contents = await readContents(
      home.db.read,
      device,
      {
        limit: PART,
        after: after === undefined ? undefined : readPlace(after),
        ...(filter !== 'all' && { statuses: FILTERS[filter] }),
      },
      visit.tell,
    )
    const overview =
      filter === 'all' && after === undefined
        ? {
            standing: await figures.standing(device),
            syncs: await figures.syncs(device),
            waits: await figures.waits(device),
          }
        : undefined
    return c.html(
      <DevicePage
        {...{ visit, device, filter, contents, overview }}
        nextSync={await figures.nextSync(c, device)}
        running={await runningSync(home.db.read, device.id, home.now())}
        isDone={done !== undefined}
      />,
    )
  }
}

function DevicePage(props: {
  visit: Visit
  device: Device
  filter: Shown
  contents: Contents
  overview: Overview | undefined
  nextSync: string
  running: RunningSync | undefined
  isDone: boolean
}) {
  const { visit, device, filter, contents, overview, nextSync, running, isDone } = props
  const { root } = visit
  const { id, name } = device
  const diary = link(root, 'diary', { id })
  return (
    <Layout title={name} root={root} visit={visit} here="devices">
      <p class="label">
        <a href={link(root, 'devices')}>Devices</a>
      </p>
      <h1>{name}</h1>
      <div id="plate">
        <Plate visit={visit} device={device} />
      </div>
      {isDone && (
        <p role="status" class="tide">
          It is asked for. After the next sync the <a href={diary}>diary</a> tells whether it
          happened.
        </p>
      )}
      <Now visit={visit} device={device} running={running} />
      <p class="lead" id="next">
        {nextSync}
      </p>
      <nav class="words" aria-label={`Pages of ${name}`}>
        <a href={diary}>Its diary</a>
        <a href={link(root, 'audits', { id })}>Audit it by its own database</a>
        <a href={link(root, 'settings', { id })}>Settings</a>
      </nav>
      {overview && (
        <>
          <Agreeing visit={visit} device={device} standing={overview.standing} />
          <div class="side-by-side">
            <ItsSyncs visit={visit} device={device} syncs={overview.syncs} />
            <FromShelf waits={overview.waits} />
          </div>
        </>
      )}
      <ContentsSection {...{ visit, device, filter, contents }} standing={overview?.standing} />
      <section aria-labelledby="whole" class="whole">
        <h2 id="whole">The Kobo as a whole</h2>
        {device.revokedAt === null && (
          <>
            <p>
              Begin anew, and everything that this Kobo should hold is sent again. What that costs
              is told first.
            </p>
            <Form visit={visit} action={link(root, 'heal', { id })}>
              <input type="hidden" name="how" value="reset-sync" />
              <button>Reset the sync…</button>
            </Form>
          </>
        )}
        <PlateActions visit={visit} device={device} back="device" />
      </section>
      <script type="module" src={link(root, 'script', { '*': 'web/browser/live.js' })} />
    </Layout>
  )
}
