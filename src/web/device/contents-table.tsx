import type { Device } from '../../devices/device.ts'
import type { Content, Contents } from '../../sync/contents.ts'
import { proofWords } from '../../sync/explain.ts'
import type { Status } from '../../sync/status.ts'
import { Form, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** The books of a device in one form: how each stands, what shows it, and what can be done about those that are chosen. */
export function ContentsTable(props: { visit: Visit; device: Device; contents: Contents }) {
  const { visit, device, contents } = props
  return (
    <Form visit={visit} action={link(visit.root, 'heal', { id: device.id })}>
      <table class="listed">
        <thead>
          <tr>
            <th scope="col">Book</th>
            <th scope="col">Status</th>
            <th scope="col">Strongest proof</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {contents.items.map((content) => (
            <Row visit={visit} device={device} content={content} />
          ))}
        </tbody>
      </table>
      {device.revokedAt === null && (
        <div class="row with-chosen">
          <span>With the chosen books:</span>
          <button name="how" value="resend">
            Send again…
          </button>
          <button name="how" value="retract">
            Remove and send again…
          </button>
          <button name="how" value="bring-back">
            Bring back…
          </button>
        </div>
      )}
    </Form>
  )
}

function Row({ visit, device, content }: { visit: Visit; device: Device; content: Content }) {
  const { bookId, title, status, sentence, proof, lastSeenAt } = content
  return (
    <tr>
      <th scope="row">
        {device.revokedAt === null ? (
          <label class="tick" for={`book-${bookId}`}>
            <input type="checkbox" id={`book-${bookId}`} name="book" value={bookId} />
            <span>{title}</span>
          </label>
        ) : (
          title
        )}
        <p class="soft">
          {sentence}{' '}
          <a href={link(visit.root, 'book', { id: device.id, book: bookId })}>
            How that is known<span class="unseen"> of “{title}”</span>
          </a>
        </p>
      </th>
      <td data-label="Status">
        <StatusWord status={status} />
      </td>
      <td data-label="Strongest proof">
        <ProofWords visit={visit} proof={proof} />
      </td>
      <td data-label="Last seen">
        {lastSeenAt === null ? 'never' : <Time visit={visit} at={lastSeenAt} />}
      </td>
    </tr>
  )
}

/** The status of a book as a word; what needs somebody is in the red of a stamp. */
export function StatusWord({ status }: { status: Status }) {
  return <strong class={`status ${TONES[status] ?? ''}`}>{status.replaceAll('-', ' ')}</strong>
}

const TONES: Partial<Record<Status, 'tide' | 'stamp'>> = {
  'on-device': 'tide',
  entitled: 'tide',
  missing: 'stamp',
  doubtful: 'stamp',
}

/** The strongest proof, and from when it is. */
export function ProofWords({ visit, proof }: { visit: Visit; proof: Content['proof'] }) {
  if (proof === null) return <>none</>
  return (
    <>
      {proofWords(proof.kind)}, <Time visit={visit} at={proof.at} />
    </>
  )
}
