import type { Device } from '../../devices/device.ts'
import { TOKEN_FIELD } from '../form.ts'
import { link } from '../paths.ts'
import type { Visit } from '../visit.ts'

/** The form that takes the configuration of a Kobo and gives it back, with `address` in it or, without one, with that of Kobo’s store. */
export function ConfForm(props: {
  visit: Visit
  device: Pick<Device, 'id'>
  /** The id of the field. */
  field: string
  address?: string
  button: string
}) {
  const { visit, device, field, address, button } = props
  return (
    <form
      id={address === undefined ? undefined : 'conf'}
      method="post"
      enctype="multipart/form-data"
      action={link(visit.root, 'conf', { id: device.id }, { [TOKEN_FIELD]: visit.token })}
      class="fields"
    >
      {address !== undefined && <input type="hidden" name="address" value={address} />}
      <p>
        <label for={field}>
          <code>Kobo eReader.conf</code>
        </label>
        <input type="file" id={field} name="file" required />
      </p>
      <p>
        <button>{button}</button>
      </p>
    </form>
  )
}
