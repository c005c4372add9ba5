import { CLASS_WORDS } from '../../audit/class-words.ts'
import { HEALED, type Healed } from '../../audit/standing.ts'
import { certificateOf, toldOf, type ToldAudit, type ToldBook } from '../../audit/told.ts'
import type { Device } from '../../devices/device.ts'
import type { Home } from '../../home.ts'
import { ownDevice } from '../../own-device.ts'
import { Form, Layout, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Page, Visit } from '../visit.ts'

/** How many books of a class are named. */
const NAMED = 200

/** What an audit found, class by class, and the way to have it put right. */
export function showAudit(home: Home): Page {
  return async (c) => {
    const { visit } = c.var
    const device = await ownDevice(home.db.read, visit.person, c.req.param('id') ?? '')
    const certificate = await certificateOf(home.db.read, device.id, c.req.param('audit') ?? '')
    const told = await toldOf(home.db.read, certificate)
    return c.html(<AuditPage visit={visit} device={device} told={told} />)
  }
}

function AuditPage({ visit, device, told }: { visit: Visit; device: Device; told: ToldAudit }) {
  const { root } = visit
  const { id, name } = device
  const found = CLASS_WORDS.filter(([which]) => told.classes[which].length > 0)
  return (
    <Layout title={`Audit of ${name}`} root={root} visit={visit} here="devices">
      <p class="label">
        <a href={link(root, 'device', { id })}>{name}</a>
      </p>
      <h1>Audit of {name}</h1>
      <p class="lead">{told.summary}.</p>
      <p class="soft">
        Audited <Time visit={visit} at={told.at} />.
      </p>
      <nav class="words" aria-label={`Pages of ${name}`}>
        <a href={link(root, 'device', { id })}>What it holds</a>
        <a href={link(root, 'audits', { id })}>All audits</a>
      </nav>
      <p>
        As they should be: {told.classes.ok.length}.
        {told.foreignBooks > 0 && ` Books of others, which are left alone: ${told.foreignBooks}.`}
      </p>
      <Healing visit={visit} device={device} told={told} />
      {found.map(([which, words]) => (
        <section aria-labelledby={`class-${which}`}>
          <h2 id={`class-${which}`}>{capital(words)}</h2>
          <ul class="plain found">
            {told.classes[which].slice(0, NAMED).map((book) => (
              <BookFound visit={visit} device={device} book={book} />
            ))}
          </ul>
          {told.classes[which].length > NAMED && (
            <p>And {told.classes[which].length - NAMED} more.</p>
          )}
        </section>
      ))}
    </Layout>
  )
}

function BookFound(props: { visit: Visit; device: Device; book: ToldBook }) {
  const { visit, device, book } = props
  const { bookId, title, unsaved, settles } = book
  return (
    <li>
      <a href={link(visit.root, 'book', { id: device.id, book: bookId })}>{title}</a>
      {unsaved && <span class="stamp">, with highlights that are not stored here</span>}
      {settles && ', which the next syncs put right by themselves'}
    </li>
  )
}

function Healing({ visit, device, told }: { visit: Visit; device: Device; told: ToldAudit }) {
  const classes = HEALED.filter((each) => told.classes[each].some(({ settles }) => !settles))
  if (classes.length === 0 || device.revokedAt !== null) return null
  const hasUnsaved = classes.some((each) => told.classes[each].some(({ unsaved }) => unsaved))
  return (
    <Form visit={visit} action={link(visit.root, 'healAudit', { id: device.id, audit: told.id })}>
      {classes.map((each) => (
        <label class="tick" for={`heal-${each}`}>
          <input type="checkbox" id={`heal-${each}`} name="class" value={each} checked />
          {capital(wordsOf(each))}: {told.classes[each].length}
        </label>
      ))}
      {hasUnsaved && (
        <label class="tick" for="even-unsaved">
          <input type="checkbox" id="even-unsaved" name="evenUnsaved" value="1" />
          <span>
            Also books with highlights on the Kobo that are not stored here. Fetched anew, those are
            lost.
          </span>
        </label>
      )}
      <p class="after">
        <button>Heal…</button>
      </p>
    </Form>
  )
}

function wordsOf(which: Healed): string {
  return CLASS_WORDS.find(([name]) => name === which)?.[1] ?? which
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
