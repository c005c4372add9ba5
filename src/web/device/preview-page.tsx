import type { Device } from '../../devices/device.ts'
import type { Preview } from '../../sync/preview.ts'
import { tellCost, tellOperation, tellPreview } from '../../sync/tell-preview.ts'
import { Form, Layout } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** How many operations are told one by one. */
const TOLD = 100

/**
 * What the next sync would do after something that is not done yet, and the button that does it: a form to `action` with `fields` and
 * `confirm`.
 */
export function PreviewPage(props: {
  visit: Visit
  device: Device
  title: string
  meaning: string
  confirm: string
  action: string
  fields: readonly (readonly [name: string, value: string])[]
  preview: Preview
  titleOf: (book: string) => string | undefined
}) {
  const { visit, device, title, meaning, confirm, action, fields, preview, titleOf } = props
  const back = link(visit.root, 'device', { id: device.id })
  const told = preview.operations.slice(0, TOLD)
  const untold = preview.operations.length - told.length
  return (
    <Layout title={title} root={visit.root} visit={visit} here="devices">
      <p class="label">
        <a href={back}>{device.name}</a>
      </p>
      <h1>{title}</h1>
      <p>{meaning} Nothing is changed yet.</p>
      <p class="lead">
        {device.paused ? 'It is paused, so the next sync brings nothing.' : tellPreview(preview)}
      </p>
      {tellCost(preview).map((sentence) => (
        <p class="stamp">{sentence}</p>
      ))}
      <Form visit={visit} action={action}>
        <input type="hidden" name="confirm" value="1" />
        {fields.map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <div class="row">
          <button class="first">{confirm}</button>
          <a class="tall" href={back}>
            Leave it as it is
          </a>
        </div>
      </Form>
      {told.length > 0 && (
        <section aria-labelledby="all">
          <h2 id="all">All that the next sync would do</h2>
          <ul class="plain told">
            {told.map((operation) => (
              <li>{tellOperation(operation, titleOf)}</li>
            ))}
          </ul>
          {untold > 0 && <p>And {untold} more.</p>}
        </section>
      )}
    </Layout>
  )
}
