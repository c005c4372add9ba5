import type { Device } from '../../devices/device.ts'
import { Form, Time } from '../layout.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** What is known of a Kobo itself, in a few words. */
export function Plate({ visit, device }: { visit: Visit; device: Device }) {
  const { model, firmware, lastSeenAt, paused, revokedAt } = device
  return (
    <p class="soft">
      {model ?? 'A Kobo'}
      {firmware !== null && `, firmware ${firmware}`}
      {lastSeenAt === null ? (
        ', never seen'
      ) : (
        <>
          , last seen <Time visit={visit} at={lastSeenAt} />
        </>
      )}
      .{revokedAt !== null && <span class="stamp"> It was revoked: it may sync no more.</span>}
      {revokedAt === null && paused && ' It is paused: it is sent nothing.'}
    </p>
  )
}

/** What can be done with a Kobo as a whole; `back` is the page on which this stands. */
export function PlateActions(props: { visit: Visit; device: Device; back: 'devices' | 'device' }) {
  const { visit, device, back } = props
  const { root } = visit
  const { id, name, paused, revokedAt } = device
  const of = <span class="unseen"> {name}</span>
  const settings = link(root, 'settings', { id })
  if (revokedAt !== null)
    return (
      <p class="row plate-acts">
        <a href={`${settings}#revoke`}>Let it in again{of}</a>
      </p>
    )
  return (
    <div class="row plate-acts">
      <Form visit={visit} action={link(root, 'pause', { id })}>
        <input type="hidden" name="back" value={back} />
        <button class="plain" name="paused" value={paused ? 'no' : 'yes'}>
          {paused ? 'Go on' : 'Pause'}
          {of}
        </button>
      </Form>
      <a href={`${settings}#address`}>Another address{of}</a>
      <a href={`${settings}#revoke`}>Revoke{of}</a>
    </div>
  )
}
