import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import { readContents, type Content } from '../../sync/contents.ts'
import type { Healing } from '../../sync/heal.ts'
import { Form, Layout, Time, TimeAfter } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'
import { ProofWords, StatusWord } from './contents-table.tsx'

/** One book on one Kobo: how it stands, and the whole trail by which that is known. */
export function showTrail(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const book = c.req.param('book') ?? ''
    const { items } = await readContents(home.db.read, device, { limit: 1, book }, visit.tell)
    const [content] = items
    if (!content) throw new Problem('not_found', 'This Kobo has nothing to do with such a book.')
    return c.html(<TrailPage visit={visit} device={device} content={content} />)
  }
}

function TrailPage(props: { visit: Visit; device: Device; content: Content }) {
  const { visit, device, content } = props
  const { title, status, sentence, proof, lastSeenAt, evidence } = content
  const { root } = visit
  return (
    <Layout title={title} root={root} visit={visit} here="devices">
      <p class="label">
        <a href={link(root, 'device', { id: device.id })}>{device.name}</a>
      </p>
      <h1>{title}</h1>
      <p>
        <StatusWord status={status} />
      </p>
      <p class="lead">{sentence}</p>
      <dl>
        <dt>Strongest proof</dt>
        <dd>
          <ProofWords visit={visit} proof={proof} />
        </dd>
        <dt>Last seen</dt>
        <dd>{lastSeenAt === null ? 'never' : <Time visit={visit} at={lastSeenAt} />}</dd>
        <dt>The book itself</dt>
        <dd>
          <a href={link(root, 'bookPage', { id: content.bookId })}>{title}</a>
        </dd>
      </dl>
      {device.revokedAt === null && <Healings visit={visit} device={device} content={content} />}
      <section aria-labelledby="known">
        <h2 id="known">How that is known</h2>
        {evidence.length === 0 ? (
          <p>Nothing was sent and nothing came back.</p>
        ) : (
          <ol class="history trail">
            {evidence.map(({ at, detail }, index) => (
              <li>
                <TimeAfter visit={visit} at={at} before={evidence[index - 1]?.at} />
                <span>{detail}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
    </Layout>
  )
}

/** What can be done so that a device holds a book again, as it stands there; each asks first. */
export function Healings(props: { visit: Visit; device: Device; content: Content }) {
  const { visit, device, content } = props
  const healings = healingsFor(content)
  if (healings.length === 0) return null
  return (
    <Form visit={visit} action={link(visit.root, 'heal', { id: device.id })} class="row">
      <input type="hidden" name="book" value={content.bookId} />
      {healings.map(([how, words]) => (
        <button name="how" value={how}>
          {words}
        </button>
      ))}
    </Form>
  )
}

function healingsFor({ status }: Content): [Healing, string][] {
  switch (status) {
    case 'excluded':
      return [['bring-back', 'Bring it back…']]
    case 'on-device':
    case 'entitled':
    case 'offered':
    case 'doubtful':
    case 'missing':
      return [
        ['resend', 'Send it again…'],
        ['retract', 'Remove it and send it again…'],
      ]
    case 'not-wanted':
    case 'preparing':
    case 'waiting':
    case 'leaving':
    case 'orphan':
    case 'foreign':
      return []
    default:
      return status satisfies never
  }
}
