import { buffer } from 'node:stream/consumers'
import { contentDisposition } from '../../artifacts/content-disposition.ts'
import type { Home } from '../../home.ts'
import { CONF_LIMIT, pointBack, pointTo } from '../../kobo-conf/edit.ts'
import { syncAddress } from '../../kobo-conf/sync-address.ts'
import { CONF_REFUSALS } from '../../kobo-conf/words.ts'
import { ownDevice } from '../../own-device.ts'
import { Problem } from '../../problem.ts'
import { receiveForm } from '../../receive-form.ts'
import { atMost } from '../../receive-limits.ts'
import type { Page } from '../visit.ts'

/** Gives a Kobo's configuration back with the address in it, or with that of Kobo's store. Nothing of it is kept. */
export function editConf(home: Home): Page {
  return async (c) => {
    await ownDevice(home.db.read, c.var.visit.person, c.req.param('id') ?? '')
    const { bytes, address } = await received(c.req.raw)
    const edited = address === undefined ? pointBack(bytes) : pointTo(bytes, addressIn(address))
    if (typeof edited === 'string') throw new Problem('invalid', CONF_REFUSALS[edited])
    return c.body(edited.bytes, 200, {
      'content-type': 'application/octet-stream',
      'content-disposition': contentDisposition('Kobo eReader', '.conf'),
    })
  }
}

/** A configuration, and the address that is to be written into it: without one the Kobo is given back to its store. */
type Received = { bytes: Uint8Array; address: string | undefined }

async function received(request: Request): Promise<Received> {
  let bytes: Uint8Array | undefined
  let address: string | undefined
  await receiveForm(
    request,
    { files: 1, fields: 5, fieldSize: MOST_OF_ADDRESS },
    {
      file({ field, name, file }) {
        if (field !== 'file' || name === '') return undefined
        const kept = atMost(CONF_LIMIT, new Problem('invalid', CONF_REFUSALS['too-large']))
        return buffer(file.compose(kept)).then((read) => void (bytes = read))
      },
      field(name, value) {
        if (name === 'address') address = value
      },
    },
  )
  if (!bytes) throw new Problem('invalid', 'Please choose the file “Kobo eReader.conf”.')
  return { bytes, address }
}

/** In characters. A longer one is cut, and then is none. */
const MOST_OF_ADDRESS = 2000

function addressIn(text: string): string {
  const address = syncAddress(text)
  if (address === undefined) throw new Problem('invalid', 'That is no address of a server.')
  return address
}
