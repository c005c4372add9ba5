import { audit, type Snapshot } from '../../audit/audit.ts'
import { certificatesOf, type Brief } from '../../audit/certificate.store.ts'
import { ReadSnapshot } from '../../audit/reading.ts'
import { snapshotOf, uploadedSnapshot } from '../../audit/uploaded.ts'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import { isJson, readJson, TOKEN_FIELD } from '../form.ts'
import { Layout, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit, WebContext } from '../visit.ts'

/** The audits of a device, newest first, and the form for another one. */
export function showAudits(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const audits = await certificatesOf(home.db.read, device.id)
    return c.html(<AuditsPage visit={visit} device={device} audits={audits} />)
  }
}

/** Takes a Kobo's own database, compares it with what is known here, and shows what was found. */
export function takeAudit(home: Home): Page {
  return async (c) => {
    const { person, root } = c.var.visit
    const device = await ownDevice(home.db.read, person, c.req.param('id') ?? '')
    const { id } = await audit(home, device, await snapshotIn(c, home))
    return c.redirect(link(root, 'audit', { id: device.id, audit: id }), 303)
  }
}

/** What a browser read, or what it was not able to read and uploads. */
async function snapshotIn(c: WebContext, home: Home): Promise<Snapshot> {
  if (isJson(c)) {
    const read = ReadSnapshot.safeParse(await readJson(c))
    if (!read.success) throw new Problem('invalid', 'This is not what is read of a Kobo.')
    return snapshotOf(read.data, undefined)
  }
  if (!/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? ''))
    throw new Problem('invalid', 'This form could not be read.')
  return uploadedSnapshot(home, c.req.raw, undefined)
}

function AuditsPage(props: { visit: Visit; device: Device; audits: Brief[] }) {
  const { visit, device, audits } = props
  const { root, token, now } = visit
  const { id, name } = device
  return (
    <Layout title={`Audits of ${name}`} root={root} visit={visit} here="devices">
      <p class="label">
        <a href={link(root, 'device', { id })}>{name}</a>
      </p>
      <h1>Audits of {name}</h1>
      <p class="lead">
        A Kobo’s own database says exactly what it holds. Plug it in and choose the file here.
      </p>
      <Here />
      <form
        id="audit"
        data-books={link(root, 'auditedBooks', { id })}
        method="post"
        enctype="multipart/form-data"
        action={link(root, 'audits', { id }, { [TOKEN_FIELD]: token })}
        class="fields"
      >
        <p>
          <label for="takenAt">When was it copied?</label>
          <select id="takenAt" name="takenAt">
            <option value={String(now)}>Just now, or it is the one on the Kobo itself</option>
            <option value="">I do not know</option>
          </select>
        </p>
        <p>
          <label for="database">
            <code>.kobo/KoboReader.sqlite</code>
          </label>
          <input type="file" id="database" name="database" required />
        </p>
        <p>
          <label for="wal">
            <code>.kobo/KoboReader.sqlite-wal</code>, if there is one
          </label>
          <input type="file" id="wal" name="wal" />
        </p>
        <p>
          <label for="shm">
            <code>.kobo/KoboReader.sqlite-shm</code>, if there is one
          </label>
          <input type="file" id="shm" name="shm" />
        </p>
        <p>
          <button>Audit</button>{' '}
          <button id="upload" hidden>
            Upload the file
          </button>
        </p>
      </form>
      <p id="told" role="status"></p>
      <p class="soft">
        Nothing of the Kobo changes. A file that is uploaded is read and gone before the answer.
      </p>
      <script type="module" src={link(root, 'script', { '*': 'web/browser/audit-page.js' })} />
      <section aria-labelledby="so-far">
        <h2 id="so-far">Audits so far</h2>
        {audits.length === 0 && <p>None.</p>}
        <ol class="history">
          {audits.map((each) => (
            <li>
              <Time visit={visit} at={each.at} />
              <span>
                <a href={link(root, 'audit', { id, audit: each.id })}>{each.summary}</a>
              </span>
            </li>
          ))}
        </ol>
      </section>
    </Layout>
  )
}

/** What is for browsers in which scripts run. */
function Here() {
  return (
    <div id="here" class="by-script">
      <p>
        Your browser reads the files itself. Only ids of this library’s books with sizes, progress
        and counts, the token of the last sync, and the firmware leave it.
      </p>
      <p class="row">
        <button type="button" id="pick" disabled>
          Choose the Kobo’s drive…
        </button>
        <label for="folder" hidden>
          The Kobo’s drive
        </label>
        <input type="file" id="folder" hidden webkitdirectory /> or drop it on this page, or choose
        the files:
      </p>
    </div>
  )
}
