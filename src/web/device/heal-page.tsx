import type { Device } from '../../devices/device.ts'
import type { Healing } from '../../sync/heal.ts'
import type { Preview } from '../../sync/preview.ts'
import { tellCost, tellOperation, tellPreview } from '../../sync/tell-preview.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** How many operations are told one by one. */
const TOLD = 100

/** What a healing would do, before it is done. `books` are those that are healed. */
export function HealPage(props: {
  visit: Visit
  device: Device
  how: Healing
  books: string[]
  preview: Preview
  titleOf: (book: string) => string | undefined
}) {
  const { visit, device, how, books, preview, titleOf } = props
  const { root } = visit
  const { id, paused } = device
  const title = `${VERBS[how]} ${whatOf(how, books, titleOf)}?`
  const told = preview.operations.slice(0, TOLD)
  const untold = preview.operations.length - told.length
  return (
    <Layout title={title} root={root} visit={visit} here="devices">
      <h1>{title}</h1>
      <p>
        On <a href={link(root, 'device', { id })}>{device.name}</a>. {MEANING[how]} Nothing is
        changed yet.
      </p>
      <p class="lead">
        {paused ? 'It is paused, so the next sync brings nothing.' : tellPreview(preview)}
      </p>
      {tellCost(preview).map((sentence) => (
        <p class="stamp">{sentence}</p>
      ))}
      <Form visit={visit} action={link(root, 'heal', { id })}>
        <input type="hidden" name="how" value={how} />
        <input type="hidden" name="confirm" value="1" />
        {books.map((book) => (
          <input type="hidden" name="book" value={book} />
        ))}
        <p>
          <button>{CONFIRM[how]}</button>{' '}
          <a href={link(root, 'device', { id })}>Leave it as it is</a>
        </p>
      </Form>
      {told.length > 0 && (
        <>
          <h2>All that the next sync would do</h2>
          <ul>
            {told.map((operation) => (
              <li>{tellOperation(operation, titleOf)}</li>
            ))}
          </ul>
          {untold > 0 && <p>And {untold} more.</p>}
        </>
      )}
    </Layout>
  )
}

function whatOf(
  how: Healing,
  books: readonly string[],
  titleOf: (book: string) => string | undefined,
): string {
  if (how === 'reset-sync') return 'everything'
  const [book = ''] = books
  return books.length === 1 ? `“${titleOf(book) ?? book}”` : `${books.length} books`
}

const VERBS: Record<Healing, string> = {
  resend: 'Send again',
  retract: 'Remove and send again',
  'bring-back': 'Bring back',
  'reset-sync': 'Send again',
}

const MEANING: Record<Healing, string> = {
  resend: 'What was downloaded of it must be downloaded again.',
  retract: 'It is removed with one sync, and offered again with the next.',
  'bring-back': 'What its reader removed on the Kobo comes back.',
  'reset-sync':
    'Nothing of what this Kobo holds is relied on any more: what was downloaded must be downloaded again.',
}

const CONFIRM: Record<Healing, string> = {
  resend: 'Yes, send again',
  retract: 'Yes, remove and send again',
  'bring-back': 'Yes, bring back',
  'reset-sync': 'Yes, send everything again',
}
