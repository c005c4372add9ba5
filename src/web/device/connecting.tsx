import type { Child } from 'hono/jsx'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { connectionOf, type Connection } from '../../sync/connection.ts'
import { readContents, type Content } from '../../sync/contents.ts'
import { baseOf } from '../cookie.ts'
import { Layout, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit, WebContext } from '../visit.ts'
import { StatusWord } from './contents-table.tsx'

/** How far a Kobo has come that is being connected: four lamps. */
export function showConnecting(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const connection = await connectionOf(home.db.read, device)
    const isReached = connection.calledAt !== null || cameBy(c, baseOf(c, home))
    const asked = { limit: 1, book: connection.fetched ?? undefined }
    const content =
      connection.fetched === null
        ? undefined
        : (await readContents(home.db.read, device, asked, visit.tell)).items[0]
    return c.html(<ConnectingPage {...{ visit, device, connection, isReached, content }} />)
  }
}

/** Whether this very page was asked of the address that Kobos are given: then one in the same network reaches it as well. */
function cameBy(c: WebContext, base: string): boolean {
  return c.req.header('host') === new URL(base).host
}

function ConnectingPage(props: {
  visit: Visit
  device: Device
  connection: Connection
  isReached: boolean
  /** How the first book that was fetched stands on it. */
  content: Content | undefined
}) {
  const { visit, device, connection, isReached, content } = props
  const { root } = visit
  const { id, name, model, firmware } = device
  const { calledAt, offeredAt, fetchedAt } = connection
  return (
    <Layout title={`Connecting ${name}`} root={root} visit={visit} here="devices">
      <h1>Connecting {name}</h1>
      <p class="lead">Eject the Kobo and press Sync on it. What follows lights up by itself.</p>
      <div id="lamps">
        <ol class="lamps">
          <Lamp lit={isReached} of="The address can be reached">
            {isReached
              ? calledAt === null && 'This page came by it. A Kobo in the same network can as well.'
              : 'This page came by another address, so that is not certain yet.'}
          </Lamp>
          <Lamp lit={calledAt !== null} of="The Kobo said hello">
            {calledAt !== null && (
              <>
                {model ?? 'A Kobo'}
                {firmware !== null && `, firmware ${firmware}`},{' '}
                <Time visit={visit} at={calledAt} />.
              </>
            )}
          </Lamp>
          <Lamp lit={offeredAt !== null} of="The first book was offered">
            {offeredAt !== null && <Time visit={visit} at={offeredAt} />}
          </Lamp>
          <Lamp lit={fetchedAt !== null} of="The first book was fetched">
            {fetchedAt !== null && <Time visit={visit} at={fetchedAt} />}
          </Lamp>
        </ol>
        {fetchedAt === null ? (
          <Waiting root={root} isCalled={calledAt !== null} isOffered={offeredAt !== null} />
        ) : (
          <div role="status">
            {content && <There content={content} />}
            <p>
              <span class="tide">Done.</span>{' '}
              <a href={link(root, 'device', { id })}>See what {name} holds.</a>
            </p>
          </div>
        )}
      </div>
      <noscript>
        <p>
          <a href={link(root, 'connecting', { id })}>Look again</a>
        </p>
      </noscript>
      {fetchedAt === null && (
        <script type="module" src={link(root, 'script', { '*': 'web/browser/lamps.js' })} />
      )}
    </Layout>
  )
}

function Lamp({ lit, of, children }: { lit: boolean; of: string; children?: Child }) {
  return (
    <li class={lit ? 'lit' : 'unlit'}>
      <strong>{of}</strong>
      <span class="unseen"> {lit ? '(yes)' : '(not yet)'}</span>
      {children !== false && <span class="soft"> {children}</span>}
    </li>
  )
}

/** The first book that came: how it stands now, and how that is known. */
function There({ content: { title, status, sentence } }: { content: Content }) {
  return (
    <p>
      “{title}” <StatusWord status={status} />
      <br />
      <span class="soft">{sentence}</span>
    </p>
  )
}

/** What to look at while nothing comes. */
function Waiting(props: { root: string; isCalled: boolean; isOffered: boolean }) {
  const { root, isCalled, isOffered } = props
  if (isOffered)
    return (
      <p>
        A Kobo fetches a book when it is opened, or by itself while it is charging. Tap the cover.
      </p>
    )
  if (isCalled)
    return (
      <p>
        Nothing was offered yet. Does a book stand on a shelf that it takes along? Your{' '}
        <a href={link(root, 'shelves')}>shelves</a> tell.
      </p>
    )
  return (
    <p>
      Does nothing come within three minutes? The Kobo must be in a Wi-Fi that reaches this machine,
      with <code>http</code> or <code>https</code> as in the address. After an update of its
      firmware or a reset the line is gone: plug it in and look.
    </p>
  )
}
