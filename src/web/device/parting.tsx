import type { Device } from '../../devices/device.ts'
import { Form } from '../layout.tsx'
import { Matter } from '../matter.tsx'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'
import { ConfForm } from './conf-form.tsx'

type Of = { visit: Visit; device: Device }

/** The form for another address, with the question that is asked before it is given. */
export function Readdress({ visit, device }: Of) {
  return (
    <Matter
      id="address"
      title="Connect it again"
      note="It gets another address, and the one it has stops working: after a reset or an update that took the line away, or when somebody else saw the address."
    >
      <Form visit={visit} action={link(visit.root, 'address', { id: device.id })} class="fields">
        <fieldset>
          <legend>What is on the Kobo now?</legend>
          {LIBRARIES.map(([value, words]) => (
            <p class="tick">
              <input type="radio" id={`library-${value}`} name="library" value={value} required />
              <label for={`library-${value}`}>{words}</label>
            </p>
          ))}
        </fieldset>
        <p>
          <button>Make another address</button>
        </p>
      </Form>
    </Matter>
  )
}

const LIBRARIES = [
  ['kept', 'Its books are still there. Nothing is sent again.'],
  ['empty', 'It is empty: it was reset, or it is another Kobo. Everything is sent again.'],
  ['unknown', 'I am not sure. Holdfast finds out when it syncs, and asks if it cannot.'],
] as const

/** How a Kobo becomes one of Kobo's store again. */
export function GiveBack({ visit, device }: Of) {
  return (
    <Matter
      id="give-back"
      title="Give it back to Kobo’s store"
      note="Its books stay on it. Buying, Kobo Plus and OverDrive work again."
    >
      <p>
        Plug the Kobo in and choose <code>.kobo/Kobo/Kobo eReader.conf</code>. You get it back with
        the store’s address, and without what the Kobo kept of this server; put it in the place of
        the one on the Kobo.
      </p>
      <p>
        Where Holdfast is gone, <code>holdfast disconnect</code> does the same on any machine, or
        write <code>https://storeapi.kobo.com</code> behind <code>api_endpoint=</code> and remove
        the lines that begin with <code>image_</code> yourself.
      </p>
      <ConfForm
        visit={visit}
        device={device}
        field="back"
        button="Get it back with the store’s address"
      />
    </Matter>
  )
}

/** Turning a Kobo away, and taking that back. */
export function Revoke({ visit, device }: Of) {
  const isRevoked = device.revokedAt !== null
  return (
    <Matter
      id="revoke"
      title={isRevoked ? 'It was revoked' : 'Lost or given away?'}
      note={
        isRevoked
          ? 'It may not sync, and its downloads open nothing. What is known of it was kept.'
          : 'Revoke it: it may not sync any more, and its downloads open nothing. What is known of it is kept, and you can take it back.'
      }
    >
      <Form visit={visit} action={link(visit.root, 'revoke', { id: device.id })}>
        <input type="hidden" name="revoked" value={isRevoked ? 'no' : 'yes'} />
        <button class={isRevoked ? '' : 'danger'}>
          {isRevoked ? 'Let it in again' : `Revoke ${device.name}`}
        </button>
      </Form>
    </Matter>
  )
}
