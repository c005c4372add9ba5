import { z } from 'zod'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { readContents, type Contents } from '../../sync/contents.ts'
import { readPlace, writePlace } from '../../sync/place.ts'
import { FILTERS, type Filter } from '../../sync/status.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import { readQuery } from '../query.ts'
import type { Page, Visit } from '../visit.ts'
import { ContentsTable } from './contents-table.tsx'
import { Plate } from './list.tsx'
import { nextSyncInBrief } from './next-sync.ts'

/** How many books stand on one page. */
const PART = 100

const Asked = z.object({
  filter: z.enum(['all', 'missing', 'doubtful', 'extra']).default('all'),
  after: z.string().max(7000).optional(), // it holds a title
  done: z.string().optional(),
})

type Shown = 'all' | Filter

/** One Kobo: what its next sync will do, and what it holds, as far as the server can tell. */
export function showDevice(home: Home): Page {
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
    const nextSync = await nextSyncInBrief(c, home, device)
    const isDone = done !== undefined
    return c.html(<DevicePage {...{ visit, device, filter, contents, nextSync, isDone }} />)
  }
}

function DevicePage(props: {
  visit: Visit
  device: Device
  filter: Shown
  contents: Contents
  nextSync: string
  isDone: boolean
}) {
  const { visit, device, filter, contents, nextSync, isDone } = props
  const { root } = visit
  const { id, name } = device
  const diary = link(root, 'diary', { id })
  return (
    <Layout title={name} root={root} visit={visit} here="devices">
      <h1>{name}</h1>
      <Plate visit={visit} device={device} />
      {isDone && (
        <p role="status" class="tide">
          It is asked for. After the next sync the <a href={diary}>diary</a> tells whether it
          happened.
        </p>
      )}
      <p class="lead">{nextSync}</p>
      <p>
        <a href={diary}>Its diary</a>
        {' · '}
        <a href={link(root, 'audits', { id })}>Audit it by its own database</a>
        {' · '}
        <a href={link(root, 'settings', { id })}>Settings</a>
      </p>
      <section aria-labelledby="contents">
        <h2 id="contents">What it holds</h2>
        <nav class="words" aria-label="Which books">
          {(['all', 'missing', 'doubtful', 'extra'] as const).map((each) => (
            <a
              href={link(root, 'device', { id }, { filter: each === 'all' ? undefined : each })}
              aria-current={each === filter ? 'page' : undefined}
            >
              {each}
            </a>
          ))}
        </nav>
        {contents.items.length === 0 ? (
          <p>{EMPTY[filter]}</p>
        ) : (
          <ContentsTable visit={visit} device={device} contents={contents} />
        )}
        {contents.next !== null && (
          <p>
            <a href={link(root, 'device', { id }, { filter, after: writePlace(contents.next) })}>
              Further books
            </a>
          </p>
        )}
        {(filter === 'missing' || filter === 'doubtful') && contents.items.length > 0 && (
          <Form visit={visit} action={link(root, 'heal', { id })}>
            <input type="hidden" name="how" value="resend" />
            <input type="hidden" name="filter" value={filter} />
            <button>Send all {filter} books again…</button>
          </Form>
        )}
      </section>
      {device.revokedAt === null && (
        <section aria-labelledby="reset">
          <h2 id="reset">Begin anew</h2>
          <p>Everything that this Kobo should hold is sent again. What that costs is told first.</p>
          <Form visit={visit} action={link(root, 'heal', { id })}>
            <input type="hidden" name="how" value="reset-sync" />
            <button>Reset the sync…</button>
          </Form>
        </section>
      )}
    </Layout>
  )
}

const EMPTY: Record<Shown, string> = {
  all: 'Nothing taken along yet.',
  missing: 'Nothing is missing.',
  doubtful: 'Nothing is in doubt.',
  extra: 'Nothing is there that should not be.',
}
