import { audit } from '../../audit/audit.ts'
import { certificatesOf, type Brief } from '../../audit/certificate.store.ts'
import { uploadedSnapshot } from '../../audit/uploaded.ts'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import { TOKEN_FIELD } from '../form.ts'
import { Layout, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

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
    if (!/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? ''))
      throw new Problem('invalid', 'This form could not be read.')
    const snapshot = await uploadedSnapshot(home, c.req.raw, undefined)
    const { id } = await audit(home, device, snapshot)
    return c.redirect(link(root, 'audit', { id: device.id, audit: id }), 303)
  }
}

function AuditsPage(props: { visit: Visit; device: Device; audits: Brief[] }) {
  const { visit, device, audits } = props
  const { root, token, now } = visit
  const { id, name } = device
  return (
    <Layout title={`Audits of ${name}`} root={root} visit={visit} here="devices">
      <h1>Audits of {name}</h1>
      <p class="lead">
        A Kobo’s own database says exactly what it holds. Plug it in and choose the file here.
      </p>
      <form
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
          <button>Audit</button>
        </p>
      </form>
      <p class="soft">
        The files are read and gone before the answer. Nothing of the Kobo changes.
      </p>
      <h2>Audits so far</h2>
      {audits.length === 0 && <p>None.</p>}
      <ul>
        {audits.map((each) => (
          <li>
            <a href={link(root, 'audit', { id, audit: each.id })}>{each.summary}</a>,{' '}
            <Time visit={visit} at={each.at} />
          </li>
        ))}
      </ul>
    </Layout>
  )
}
